// The lay-out of the page: a heading, two charts, a grid of digits.
#include "digits_page.hpp"

#include <cmath>
#include <cstdio>

#include "chart.hpp"

namespace {

constexpr double page_width = 960, margin = 40, heading_height = 92, chart_height = 320;
constexpr double pixel = 7, side = 8 * pixel, pitch_y = 92;
constexpr int columns = 12;
constexpr double pitch_x = (page_width - 2 * margin - side - 2) / (columns - 1);
const char* const train_color = "#9aa5b1";
const char* const test_color = "#c2410c";

struct Mistake {
    const float* pixels;
    int label, read;
};

std::vector<Mistake> mistakes_of(const Digits& test, const Score& score) {
    const auto labels = test.labels.to_vector<int>(), read = score.read.to_vector<int>();
    const float* pixels = test.images.data<float>();
    std::vector<Mistake> out;
    for (std::size_t k = 0; k < labels.size(); ++k)
        if (labels[k] != read[k]) out.push_back({pixels + 64 * k, labels[k], read[k]});
    return out;
}

template <class F>
Chart chart_of(const std::string& title, const std::vector<Epoch>& history, F value) {
    Chart chart{title, {{"train", train_color, {}}, {"test", test_color, {}}}};
    for (const auto& epoch : history) {
        chart.series[0].values.push_back(value(epoch.train));
        chart.series[1].values.push_back(value(epoch.test));
    }
    return chart;
}

void draw_curves(Svg& svg, const std::vector<Epoch>& history, double top) {
    constexpr double width = (page_width - 3 * margin) / 2;
    Chart loss = chart_of("Cross-entropy loss", history, [](const Score& score) { return score.loss; });
    loss.logarithmic = true;
    Chart accuracy = chart_of("Accuracy", history, [](const Score& score) { return score.accuracy(); });
    accuracy.unit = " %";
    draw(svg, loss, {margin, top, width, chart_height});
    draw(svg, accuracy, {2 * margin + width, top, width, chart_height});
}

std::string gray(float darkness) {
    char text[8];
    const int level = static_cast<int>(std::lround(255 * (1 - darkness)));
    std::snprintf(text, sizeof text, "#%02x%02x%02x", level, level, level);
    return text;
}

void draw_digit(Svg& svg, const Mistake& mistake, double x, double y) {
    svg.box(x - 1, y - 1, side + 2, side + 2, "white", "#bbb");
    for (int k = 0; k < 64; ++k)
        if (mistake.pixels[k] > 0)
            svg.box(x + pixel * (k % 8), y + pixel * (k / 8), pixel, pixel, gray(mistake.pixels[k]));
    svg.text(x + side / 2, y + side + 18, std::to_string(mistake.label) + " → " + std::to_string(mistake.read),
             {13, "#333", "middle"});
}

void draw_mistakes(Svg& svg, const std::vector<Mistake>& mistakes, double top) {
    const std::string heading = mistakes.empty() ? "No test digit was misread" : "Misread test digits (true → read as)";
    svg.text(margin, top + 18, heading, {14, "#333", "start", "bold"});
    for (std::size_t k = 0; k < mistakes.size(); ++k)
        draw_digit(svg, mistakes[k], margin + 1 + pitch_x * static_cast<double>(k % columns),
                   top + 36 + pitch_y * static_cast<double>(k / columns));
}

}  // namespace

void write_page(const std::string& path, const std::string& title, const std::vector<Epoch>& history,
                const Digits& test, const Score& score) {
    const auto mistakes = mistakes_of(test, score);
    const double rows = std::ceil(static_cast<double>(mistakes.size()) / columns);
    const double grid_top = heading_height + (history.empty() ? 0 : chart_height + 16);
    Svg svg(page_width, grid_top + 36 + rows * pitch_y + 16);
    char accuracy[80];
    std::snprintf(accuracy, sizeof accuracy, "%.2f %% of %d test digits read right", score.accuracy(),
                  static_cast<int>(score.of()));
    headline(svg, accuracy, title);
    if (!history.empty()) draw_curves(svg, history, heading_height);
    draw_mistakes(svg, mistakes, grid_top);
    svg.save(path);
}
