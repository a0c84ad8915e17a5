// Looking at graphs: the table, Graphviz's text, the picture.
#include "../../autograd/graph.hpp"

#include <cstdio>
#include <sstream>

#include "../../autograd/function.hpp"
#include "../../autograd/grad.hpp"
#include "../check.hpp"
#include "../xml.hpp"

namespace jt::test {

namespace {

// Takes what it is given, empty or not, and gives two outputs and an empty one.
class Three : public Function {
public:
    Vars execute(const Vars& inputs) override { return {inputs[0] * 2, Var(), inputs[0] + 1}; }
    Vars grad(const Vars& g) override { return {g[0].defined() ? g[0] * 2 : g[2], Var()}; }
};

std::string printed(const Graph& graph) {
    std::ostringstream out;
    out << graph;
    return out.str();
}

struct Box {
    int x = 0, y = 0, width = 0, height = 0;
    bool apart(const Box& b) const {
        return x + width <= b.x || b.x + b.width <= x || y + height <= b.y || b.y + b.height <= y;
    }
};

std::vector<Box> boxes_of(const std::string& svg) {
    std::vector<Box> boxes;
    for (auto at = svg.find("<rect class="); at != std::string::npos; at = svg.find("<rect class=", at + 1)) {
        Box& b = boxes.emplace_back();
        const char* numbers = svg.c_str() + svg.find(" x=", at);
        REQUIRE_EQ(
            std::sscanf(numbers, " x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"", &b.x, &b.y, &b.width, &b.height), 4);
    }
    return boxes;
}

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("the table of a graph, from the oldest to the newest") {
        Var w = array({{1., 2.}, {3., 4.}}), c = array({1., 2.});
        w.set_name("w");
        c.stop_grad();
        CHECK_EQ(printed(graph((w * w + c).sum())),
                 "#  op    name  shape   dtype    bytes  grad  inputs  module\n"
                 "0  leaf  w     (2, 2)  float32     16  yes\n"
                 "1  mul         (2, 2)  float32     16  yes   0 0\n"
                 "2  leaf        (2,)    float32      8  no\n"
                 "3  add         (2, 2)  float32     16  yes   1 2\n"
                 "4  sum         (1,)    float32      4  yes   3\n");
        CHECK_EQ(str(graph(array({1, 2}))),
                 "#  op    name  shape  dtype  bytes  grad  inputs  module\n"
                 "0  leaf        (2,)   int32      8  no\n");
        CHECK_THROWS_WITH_AS(graph(Var()), "graph: needs a Var that holds something, got an empty one", GraphError);
    }

    TEST_CASE("the way of the gradient ends where it was stopped") {
        const Var x = array({1.0});
        Var y = x * 2;
        const Var z = y + x, w = y * 3;
        CHECK(graph(y).rows[0].gradient);
        y.stop_grad();
        CHECK_FALSE(graph(y).rows[0].gradient);
        CHECK_FALSE(graph(y).rows[1].gradient);
        CHECK_FALSE(graph(w).rows[0].gradient);
        CHECK(graph(w).rows[2].gradient);
        CHECK(graph(z).rows[0].gradient);
        CHECK_FALSE(graph(z).rows[1].gradient);
        CHECK_EQ(graph(y + 1).rows.size(), 1);  // what takes no gradients is not recorded
    }

    TEST_CASE("a graph with a Function: empty inputs and outputs, one row for the call") {
        const Var x = array({1.0, 2.0});
        const Vars y = apply<Three>({x, Var()});
        const Graph g = graph(y[0] * y[2]);
        REQUIRE_EQ(g.rows.size(), 5);
        CHECK_EQ(g.rows[1].op, "Function");
        CHECK_EQ(g.rows[1].inputs, std::vector<std::size_t>{0, Graph::none});
        CHECK_EQ(g.rows[2].op, "Function output");
        CHECK_EQ(g.rows[4].inputs, std::vector<std::size_t>{2, 3});
        CHECK_EQ(count(str(g), " 0 -"), 1);
        CHECK(well_formed(g.svg()));
        CHECK_EQ(count(g.dot(), "n1 -> n2;"), 1);
    }

    TEST_CASE("of a graph that was freed stands what is left") {
        const Var x = array({1.0}), y = x * 2, z = y * 3;
        grad(z, x, false);
        const Graph g = graph(z);
        REQUIRE_EQ(g.rows.size(), 1);
        CHECK_EQ(g.rows[0].op, "freed");
        CHECK_FALSE(g.rows[0].leaf);
        CHECK(well_formed(g.svg()));
    }

    TEST_CASE("a graph holds no Vars, and does not change what grad gives") {
        Graph g;
        {
            const Var x = array({3.0}), y = x * x;
            g = graph(y);
            CHECK(grad(y, x).item() == 6);
        }
        CHECK_EQ(g.rows.size(), 2);
        CHECK_EQ(count(g.dot(), "mul"), 1);
    }

    TEST_CASE("names are escaped in both languages") {
        Var x = array({1.0});
        x.set_name("a\"b\\n<c>&\x01\xff\xc3\xa4\xed\xa0\x80\n");
        const Graph g = graph(x * 2);
        CHECK_EQ(count(g.dot(), "n0 [label=\"a\\\"b\\\\n<c>& ?\xc3\xa4??? \\n(1,)\""), 1);
        CHECK_EQ(count(g.svg(), ">a&quot;b\\n&lt;c&gt;&amp; ?\xc3\xa4??? </text>"), 1);
        CHECK(well_formed(g.svg()));
    }

    TEST_CASE("dashed is what grad does not come by") {
        Var c = array({1.0});
        c.stop_grad();
        const Graph g = graph(array({2.0}) * c);
        CHECK_EQ(count(g.dot(), "dashed"), 2);
        CHECK_EQ(count(g.dot(), "n1 -> n2 [style=dashed color=gray];"), 1);
        CHECK_EQ(count(g.svg(), "class=\"off\""), 2);
    }

    TEST_CASE("boxes of a picture do not cover each other, whatever the graph") {
        const Var x = array({0.1, 0.2});
        std::vector<Var> all{x};
        for (std::size_t k = 0; k < 60; ++k)
            all.push_back(all[k / 3] * all[k / 2] + (k % 7 == 0 ? all[k] : all[k * 2 / 3]));
        const std::string svg = graph(all.back() + all[20] + all[55]).svg();
        const std::vector<Box> boxes = boxes_of(svg);
        CHECK_GT(boxes.size(), 20);
        for (std::size_t a = 0; a < boxes.size(); ++a)
            for (std::size_t b = 0; b < a; ++b) CHECK(boxes[a].apart(boxes[b]));
        CHECK(well_formed(svg));
    }

    TEST_CASE("a huge graph is a table and Graphviz's text, but no picture") {
        const Var x = array({1.0});
        Var y = x;
        for (int k = 0; k < 100'000; ++k) y = y + x;
        const Graph g = graph(y);
        CHECK_EQ(g.rows.size(), 100'001);
        CHECK_EQ(count(str(g), "\n"), 100'002);
        CHECK_EQ(count(g.dot(), " -> "), 200'000);
        CHECK_THROWS_WITH_AS(g.svg(), "svg: needs a graph of at most 1000 rows, got 100001; dot() gives larger ones",
                             ValueError);
        Var z = x;
        for (int k = 0; k < 999; ++k) z = z + x;
        CHECK(well_formed(graph(z).svg()));
    }
}

}  // namespace jt::test
