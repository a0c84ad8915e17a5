// Pictures: what stands in them, what they make of NaN, infinity and nothing, hostile text, and each error's text.
#include "../../nn/report/plot.hpp"

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../check.hpp"
#include "../xml.hpp"

using namespace jt;
using test::count;
namespace plot = jt::plot;

namespace {

constexpr double inf = INFINITY;

template <class Panel>
std::string drawn(const Panel& panel, const plot::Area& area = {10, 10, 400, 300}) {
    plot::Page page(420, 320);
    draw(page, area, panel);
    const std::string svg = page.svg();
    CHECK(test::well_formed(svg));
    for (const char* bad : {"\"nan", "\"-nan", "\"inf", "\"-inf", "nan,", "inf,", ",nan", ",inf", ">nan", ">inf",
                            "width=\"-", "height=\"-", "r=\"-", "size=\"-"})
        CHECK(count(svg, bad) == 0);
    return svg;
}

plot::Curves curve(std::vector<double> values, bool logarithmic = false) {
    return {"t", {{"loss", std::move(values)}}, logarithmic};
}

std::string content(const std::filesystem::path& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("plot: curves have a line for each series, ticks, a legend and a dot at the end") {
        const std::string svg =
            drawn(plot::Curves{"Loss", {{"train", {4, 2, 1}}, {"test", {5, 3, 2}, "#123456"}}, false, " %"});
        CHECK(count(svg, "<polyline") == 2);
        CHECK(count(svg, "<circle") == 2);
        CHECK(count(svg, ">train<") == 1);
        CHECK(count(svg, ">5 %<") == 1);
        CHECK(count(svg, ">epoch<") == 1);
        CHECK(count(svg, plot::color(0)) == 3);
        CHECK(count(svg, "#123456") == 3);
    }
    TEST_CASE("plot: gaps where there is no number") {
        CHECK(count(drawn(curve({1, 2, NAN, 4, 5})), "<polyline") == 2);
        CHECK(count(drawn(curve({inf, 1, 2, -inf, NAN, 3})), "<polyline") == 2);
        CHECK(count(drawn(curve({1, 0, -1, 10, 100}, true)), "<polyline") == 2);
        CHECK(count(drawn(curve({NAN, NAN})), "<polyline") == 0);
        CHECK(count(drawn(curve({})), "<polyline") == 0);
        drawn(plot::Curves{});
    }
    TEST_CASE("plot: axes of any range") {
        for (const auto& values : std::vector<std::vector<double>>{{0, 0},
                                                                   {1},
                                                                   {-5, -5},
                                                                   {1e300, -1e300},
                                                                   {1e308, 1},
                                                                   {5e-324, 0},
                                                                   {1e15, 1e15 + 1},
                                                                   {0.1, 0.1 + 1e-15},
                                                                   {1e-300, 1e300}})
            for (const bool logarithmic : {false, true}) {
                CAPTURE(values[0]);
                const std::string svg = drawn(curve(values, logarithmic));
                CHECK(count(svg, "<line") >= 4);
                CHECK(count(svg, "<line") <= 60);
            }
        CHECK(count(drawn(curve({1e-5, 1}, true)), ">0.001<") == 1);
        CHECK(count(drawn(curve({1000001, 1000003})), ">1000001.5<") == 1);
        CHECK(count(drawn(plot::Curves{"", {{"", {1, 2, 3}}}, false, "", "step", 10000}), ">20000<") == 1);
    }
    TEST_CASE("plot: text from anywhere is text") {
        const std::string evil = "</text><script>alert(\"1\")</script>&\x01\xff\n";
        plot::Curves curves = curve({1, 2});
        curves.title = curves.unit = curves.step = curves.series[0].label = curves.series[0].color = evil;
        const plot::Area wide{10, 10, 4000, 300};
        const std::string svg = drawn(curves, wide);
        CHECK(count(svg, "<script") == 0);
        CHECK(count(svg, "&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp; ? ") > 3);
        CHECK(count(drawn(plot::HeatMap{evil, ones({1, 1}), {evil}, {evil}, evil, evil}, wide), "<script") == 0);
        CHECK(count(drawn(plot::Images{evil, ones({1, 2, 2}), 0, 1, 1, {evil}}, wide), "<script") == 0);
        CHECK(count(drawn(plot::Scatter{evil, ones({1, 2}), zeros({1}, int32), {evil}}, wide), "<script") == 0);
    }
    TEST_CASE("plot: a legend that does not fit stands below, and long titles are cut") {
        plot::Curves curves = curve({1});
        curves.title = std::string(200, 'x');
        CHECK(count(drawn(curves), "…<") == 1);
        CHECK(count(drawn(curves), "y=\"45\"") >= 1);
    }
    TEST_CASE("plot: scattered points have the colour of their class") {
        const Var points = array({{0., 0.}, {1., 2.}, {NAN, 1.}, {2., inf}, {3., 1.}});
        const std::string svg = drawn(plot::Scatter{"s", points, array({0, 1, 1, 0, 1}), {"a", "b"}});
        CHECK(count(svg, "<circle") == 3);
        CHECK(count(svg, ">a<") == 1);
        CHECK(count(svg, plot::color(1)) == 3);
        CHECK(count(drawn(plot::Scatter{"s", points}), plot::color(0)) == 3);
        drawn(plot::Scatter{"s", zeros({0, 2})});
        drawn(plot::Scatter{"s", zeros({0, 2}), zeros({0}, int32)});
        drawn(plot::Scatter{"s", full({3, 2}, NAN)});
        CHECK(count(drawn(plot::Scatter{"s", array({{1e300, -1e300}, {-1e300, 1e300}}, float64)}), "<circle") == 2);
        CHECK(count(drawn(plot::Scatter{"s", ones({2, 2}), array({0, 1000000})}), "<circle") == 2);
        CHECK(plot::color(10) == plot::color(0));
    }
    TEST_CASE("plot: images of gray and of colour, in a grid") {
        CHECK(count(drawn(plot::Images{"i", rand({7, 4, 5})}), "<image") == 7);
        CHECK(count(drawn(plot::Images{"i", rand({3, 3, 4, 5}), 0, 1, 2}), "<image") == 3);
        CHECK(count(drawn(plot::Images{"i", randint(0, 255, {2, 1, 4, 5}), 0, 255}), "<image") == 2);
        CHECK(count(drawn(plot::Images{"i", ones({2, 2, 2}), 1, 0, 0, {"a", "b"}}), ">b<") == 1);
        CHECK(count(drawn(plot::Images{"i", array({{{NAN, inf}, {-inf, 2.}}})}), "<image") == 1);
        CHECK(count(drawn(plot::Images{"i", zeros({0, 4, 4})}), "<image") == 0);
        CHECK(count(drawn(plot::Images{"i", zeros({4, 0, 4})}), "<image") == 0);
        CHECK(drawn(plot::Images{"i"}) == drawn(plot::Images{"i", zeros({0, 4, 4})}));
        CHECK(drawn(plot::Images{"i", Var()}) == drawn(plot::Images{"i", Vars()}));
        const Vars two{rand({4, 5}), rand({4, 5})};
        CHECK(drawn(plot::Images{"i", two}) == drawn(plot::Images{"i", stack(two)}));
        CHECK(drawn(plot::Images{"i", ones({1, 2, 2}), 1, 0}) == drawn(plot::Images{"i", zeros({1, 2, 2})}));
    }
    TEST_CASE("plot: heat maps, with numbers where there is room") {
        const Var m = array({{5, 1}, {0, 7}});
        const std::string svg = drawn(plot::HeatMap{"h", m, {"cat", "dog"}, {}, "true", "read as"});
        for (const char* words : {">cat<", ">1<", ">true<", ">read as<"}) CHECK(count(svg, words) >= 1);
        CHECK(count(svg, ">7<") == 2);
        CHECK(count(drawn(plot::HeatMap{"h", m, {}, {}, "", "", false}), ">5<") == 0);
        CHECK(count(drawn(plot::HeatMap{"h", rand({200, 300})}), "<text") < 100);
        CHECK(count(drawn(plot::HeatMap{"h", array({{NAN, 2.}, {inf, -1e300}})}), ">2<") == 2);
        drawn(plot::HeatMap{"h", full({2, 2}, NAN)});
        drawn(plot::HeatMap{"h", ones({2, 2})});
        drawn(plot::HeatMap{"h", zeros({0, 3})});
        drawn(plot::HeatMap{"h", zeros({3, 0})});
    }
    TEST_CASE("plot: a heat map of a given range") {
        const auto shares = [](double low, double high) {
            return drawn(plot::HeatMap{.title = "h", .matrix = array({{0.25, 2.}}), .range = {{low, high}}});
        };
        CHECK(count(shares(0, 1), ">0<") == 3);  // a row, a column and the end of the bar
        CHECK(count(shares(0, 1), ">1<") == 2);
        CHECK_THROWS_WITH_AS(shares(1, 1), "HeatMap: needs a range that rises, got 1 to 1", ValueError);
        CHECK_THROWS_WITH_AS(shares(0, inf), "HeatMap: needs a range that rises, got 0 to inf", ValueError);
        CHECK_THROWS_WITH_AS(shares(NAN, 1), "HeatMap: needs a range that rises, got nan to 1", ValueError);
    }
    TEST_CASE("plot: what has no place is left out") {
        plot::Page page(100, 100);
        const auto before = page.svg().size();
        page.line(NAN, 0, 1, 1, "red");
        page.text(inf, 0, "x");
        page.dot(0, -inf, "red");
        page.box({0, 0, NAN, 1}, "red");
        CHECK(page.svg().size() == before);
        page.curve({{NAN, 1}, {1, 1}}, "red");
        CHECK(count(page.svg(), "points=\"1,1\"") == 1);
        const plot::Plane plane(page, {0, 0, 100, 100}, {1, 1, 0, 0});
        plane.axes();
        plane.dots(array({{1., 0.}}), "red");
        CHECK(count(page.svg(), "nan") == 0);
    }
    TEST_CASE("plot: a page of panels is written as a whole") {
        const auto folder = std::filesystem::temp_directory_path() / ("minijt_plot_" + std::to_string(getpid()));
        std::filesystem::create_directory(folder);
        const std::string path = (folder / "page.svg").string();
        plot::save(path, "All < well", "seed 1",
                   {curve({1, 2}), plot::HeatMap{"h", ones({2, 2})}, plot::Images{"i", rand({2, 3, 3})}});
        const std::string svg = content(path);
        CHECK(test::well_formed(svg));
        CHECK(count(svg, "All &lt; well") == 1);
        CHECK(count(svg, "height=\"860\"") >= 1);
        CHECK_THROWS_AS(plot::save(path, "", "", {plot::HeatMap{"h", ones({2})}}), ShapeError);
        CHECK(content(path) == svg);
        CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);
        plot::save(path, "", "", {});
        CHECK(test::well_formed(content(path)));
        std::filesystem::remove_all(folder);
        CHECK_THROWS_AS(plot::save(path, "", "", {}), FileError);
    }
    TEST_CASE("plot: a page has a size, and a name that says what it is") {
        const std::string path = "/nowhere/page.svg";
        for (const double size : {-1., 0., double(NAN), inf}) {
            CHECK_THROWS_AS(plot::save(path, "", "", {curve({1})}, {.width = size}), ValueError);
            CHECK_THROWS_AS(plot::save(path, "", "", {curve({1})}, {.panel_height = size}), ValueError);
            CHECK_THROWS_AS(plot::Page(100, size), ValueError);
        }
        CHECK_THROWS_WITH(plot::Page(-1, 3), "plot: needs a page of finite width and height above 0, got -1 and 3");
        CHECK_THROWS_WITH(plot::save("/nowhere/x.png", "", "", {}),
                          "plot: '/nowhere/x.png': UnknownFormat: needs a name that ends in .svg");
        plot::Page page(100, 100);
        page.box({0, 0, -1, 5}, "red");
        page.dot(1, 1, "red", {-3});
        page.line(0, 0, 1, 1, "red", -1);
        CHECK(page.svg() == plot::Page(100, 100).svg());
        for (const double width : {1., 50., 130.}) {
            const plot::Area area{10, 10, width - 80, 30};
            drawn(curve({1, 2}), area);
            drawn(plot::Scatter{"s", ones({2, 2}), array({0, 1})}, area);
            drawn(plot::Images{"i", rand({2, 3, 3})}, area);
            drawn(plot::HeatMap{"h", ones({2, 2})}, area);
        }
    }
    TEST_CASE("plot: a legend of many classes stays within its figure") {
        const std::string svg = drawn(plot::Scatter{"s", ones({2, 2}), array({0, 2000000000})});
        CHECK(count(svg, "x1=\"-") == 0);
        CHECK(count(svg, "<circle") == 2);
    }
    TEST_CASE("plot: errors") {
        const auto expect = [](const char* message, const auto& panel) {
            plot::Page page(100, 100);
            CHECK_THROWS_WITH(draw(page, {0, 0, 100, 100}, panel), message);
            CHECK(page.svg() == plot::Page(100, 100).svg());
        };
        plot::Page page(10, 10);
        expect("Curves: needs a stride of 1 or more, got 0", plot::Curves{"", {}, false, "", "", 0});
        expect("Scatter: needs a Var that holds something, got an empty one", plot::Scatter{});
        expect("Scatter: needs points (n, 2), got (3,)", plot::Scatter{"", ones({3})});
        expect("Scatter: needs classes (3,), got (2,)", plot::Scatter{"", ones({3, 2}), zeros({2}, int32)});
        expect("Scatter: needs classes that are whole numbers, got float32",
               plot::Scatter{"", ones({2, 2}), ones({2})});
        expect("Scatter: needs classes from 0, got -1", plot::Scatter{"", ones({1, 2}), array({-1})});
        expect("Scatter: needs classes from 0 and a name for each, got 1",
               plot::Scatter{"", ones({1, 2}), array({1}), {"a"}});
        expect("Images: needs a caption for each of 0 images, got 1", plot::Images{.title = "", .captions = {"a"}});
        expect("Images: needs (n, h, w), (n, 1, h, w) or (n, 3, h, w), got (2, 2)", plot::Images{"", ones({2, 2})});
        expect("Images: needs (n, h, w), (n, 1, h, w) or (n, 3, h, w), got (1, 2, 3, 3)",
               plot::Images{"", ones({1, 2, 3, 3})});
        expect("Images: needs low and high that differ, got 1 and 1", plot::Images{"", ones({1, 2, 2}), 1, 1});
        expect("Images: needs low and high that differ, got nan and 1", plot::Images{"", ones({1, 2, 2}), NAN, 1});
        expect("Images: needs 0 columns or more, got -1", plot::Images{"", ones({1, 2, 2}), 0, 1, -1});
        expect("Images: needs a caption for each of 1 images, got 2",
               plot::Images{"", ones({1, 2, 2}), 0, 1, 0, {"a", "b"}});
        expect("HeatMap: needs a Var that holds something, got an empty one", plot::HeatMap{});
        expect("HeatMap: needs a matrix (rows, columns), got (2,)", plot::HeatMap{"", ones({2})});
        expect("HeatMap: needs a label for each of 2 rows, got 1", plot::HeatMap{"", ones({2, 3}), {"a"}});
        expect("HeatMap: needs a label for each of 3 columns, got 1", plot::HeatMap{"", ones({2, 3}), {}, {"a"}});
        CHECK_THROWS_WITH(page.image({0, 0, 1, 1}, ones({2, 2, 2})),
                          "image: needs pixels (h, w) or (h, w, 3), got (2, 2, 2)");
        CHECK_THROWS_WITH(page.image({0, 0, 1, 1}, Var()), "image: needs a Var that holds something, got an empty one");
        const plot::Plane plane(page, {0, 0, 100, 100}, {0, 1, 0, 1});
        CHECK_THROWS_WITH(plane.dots(ones({3}), "red"), "plot: needs points (n, 2), got (3,)");
        CHECK_THROWS_WITH(plane.lines(ones({3, 2}), ones({2, 2}), "red"),
                          "plot: needs as many points as partners, got (3, 2) and (2, 2)");
        CHECK_THROWS_WITH(plot::save("x.svg", "", "", {}, {.columns = 0}), "plot: needs 1 column or more, got 0");
    }
}
