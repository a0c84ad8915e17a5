// x[...] read and written by every mixture of indices, held against what NumPy answered (numpy_index.py); and what
// x[...] is in C++.
#include <algorithm>
#include <limits>
#include <sstream>

#include "../../autograd/node.hpp"
#include "../../nn/module/module.hpp"
#include "../jittor/fixture.hpp"
#include "op_rows.hpp"

namespace jt::test {

namespace {

using Numbers = std::vector<double>;

// What the tokens of a case stand for, from the axis on that they are at.
class Tokens {
public:
    explicit Tokens(const std::string& line) {
        std::istringstream in(line);
        int rank = 0;
        in >> rank;
        const Shape extents{3, 5, 2, 4};
        shape = Shape(extents.begin(), extents.begin() + rank);
        for (std::string token; in >> token;) tokens_.push_back(token);
        std::size_t used = 0;
        for (const auto& token : tokens_) used += axes_of(token);
        spare_ = shape.size() - std::min(used, shape.size());
    }

    Indices indices() {
        Indices out;
        for (const auto& token : tokens_) {
            out.push_back(index(token));
            axis_ += token == "E" ? std::exchange(spare_, 0) : axes_of(token);
        }
        return out;
    }

    Shape shape;

private:
    static std::size_t axes_of(const std::string& token) {
        return token == "N" || token == "E" ? 0 : token == "M" ? 2 : 1;
    }
    Var mask(std::size_t axes) const {
        Shape covered;
        for (std::size_t k = axis_; k < axis_ + axes; ++k) covered.push_back(k < shape.size() ? shape[k] : 1);
        const Var places = arange(covered.numel());
        return reshape(places % 3 != 1, covered);
    }
    Index index(const std::string& token) const {
        if (token == "1:") return from(1);
        if (token == "::-2") return Slice{{}, {}, -2};
        if (token == "N") return newaxis;
        if (token == "E") return ellipsis;
        if (token == "a") return array({0, 1, -1});
        if (token == "b") return array({{1}, {-2}}, int64);
        if (token == "l") return list({1, 0, 1});
        if (token == "m" || token == "M") return mask(axes_of(token));
        return std::stoi(token);
    }

    std::vector<std::string> tokens_;
    std::size_t axis_ = 0, spare_ = 0;
};

// A mixture, and where NumPy says that its elements lie.
struct Mixture {
    std::string line;
    Shape shape;
    Indices indices;
    bool refused = false;
    Shape read;
    std::vector<std::size_t> places = {};

    Var x() const { return reshape(arange(0, shape.numel(), 1, float64), shape).detach(); }
    Var value() const { return reshape(arange(100, 100 + read.numel(), 1, float64), read).detach(); }

    // The number of the last value that is written to each element of x, or -1.
    std::vector<int> writers() const {
        std::vector<int> out(static_cast<std::size_t>(shape.numel()), -1);
        for (std::size_t k = 0; k < places.size(); ++k) out[places[k]] = static_cast<int>(k);
        return out;
    }
};

std::vector<Mixture> mixtures() {
    const Fixture fixture("../../autograd/numpy_index.npz");
    const auto text = fixture["cases"].to_vector<std::uint8_t>();
    const auto answers = fixture["answers"].to_vector<std::int64_t>();
    std::istringstream lines(std::string(text.begin(), text.end()));
    std::vector<Mixture> out;
    auto next = answers.begin();
    for (std::string line; std::getline(lines, line);) {
        Tokens tokens(line);
        Mixture m{line, tokens.shape, tokens.indices(), *next < 0, {}};
        for (auto rank = std::max<std::int64_t>(*next++, 0); rank > 0; --rank) m.read.push_back(*next++);
        for (auto left = m.refused ? 0 : m.read.numel(); left > 0; --left)
            m.places.push_back(static_cast<std::size_t>(*next++));
        out.push_back(m);
    }
    return out;
}

void check_refused(const Mixture& m) {
    Var x = m.x();
    const Var before = m.x();
    CHECK_THROWS_AS(getitem(x, m.indices), Error);
    CHECK_THROWS_AS(setitem(x, m.indices, 1), Error);
    CHECK_SAME(x, before);
}

void check_read(const Mixture& m) {
    const Var x = m.x(), y = getitem(x, m.indices), g = m.value();
    CHECK(y.shape() == m.read);
    CHECK_EQ(difference(y, Numbers(m.places.begin(), m.places.end()), 0, 0), "");
    Numbers sums(static_cast<std::size_t>(x.numel()));
    for (std::size_t k = 0; k < m.places.size(); ++k) sums[m.places[k]] += 100 + static_cast<double>(k);
    CHECK_EQ(difference(grad(sum(y * g), x), sums, 0, 0), "");
}

// A number, and a leaf: through the node, which another handle sees.
void check_written_leaf(const Mixture& m) {
    for (const bool number : {true, false}) {
        Var x = m.x();
        const Var same = x;
        number ? setitem(x, m.indices, -7) : setitem(x, m.indices, m.value());
        Numbers expected = m.x().to_vector<double>();
        const auto writers = m.writers();
        for (std::size_t i = 0; i < expected.size(); ++i)
            if (writers[i] >= 0) expected[i] = number ? -7 : 100 + writers[i];
        CHECK(x.node() == same.node());
        CHECK_EQ(difference(same, expected, 0, 0), "");
    }
}

// A computed value: recorded, with gradients for what stays and for the values that count.
void check_written_graph(const Mixture& m) {
    const Var x = m.x(), v = m.value(), g = m.x() + 1;
    Var y = x * 1;
    setitem(y, m.indices, v * 1);
    const Vars gradients = grad(sum(y * g), {x, v});
    Numbers for_x = g.to_vector<double>(), for_v(m.places.size()), expected = x.to_vector<double>();
    const auto writers = m.writers();
    for (std::size_t i = 0; i < for_x.size(); ++i) {
        if (writers[i] < 0) continue;
        for_v[static_cast<std::size_t>(writers[i])] = std::exchange(for_x[i], 0);
        expected[i] = 100 + writers[i];
    }
    CHECK_EQ(difference(y, expected, 0, 0), "");
    CHECK_EQ(difference(gradients[0], for_x, 0, 0), "");
    CHECK_EQ(difference(gradients[1], for_v, 0, 0), "");
}

// One value for all of the first axis that is read: its gradient is the sum.
void check_written_row(const Mixture& m) {
    const Shape row(m.read.begin() + 1, m.read.end());
    const Var v = reshape(arange(0, row.numel(), 1, float64), row.empty() ? Shape{1} : row);
    Var whole = m.x() * 1, y = m.x() * 1;
    const Var wide = broadcast(v, m.read);
    setitem(whole, m.indices, wide * 1);
    setitem(y, m.indices, v * 1);
    CHECK_SAME(y, whole);
    CHECK_SAME(grad(sum(y * y), v), sum_to(grad(sum(whole * whole), wide), v.shape()));
}

void check(const Mixture& m) {
    CAPTURE(m.line);
    if (m.refused) return check_refused(m);
    check_read(m);
    check_written_leaf(m);
    check_written_graph(m);
    check_written_row(m);
}

const std::vector<GradRow> grad_rows = {
    {"getitem: mixture",
     [](const Vars& x) {
         return x[0][{array({1, 0, 1}), _, 0}] *
                x[0][{_, array({true, true, false}), newaxis, 1}][{_, 1, 0}][{_, newaxis}];
     },
     {{{3, 3, 2}}}},
    {"getitem: mask", [](const Vars& x) { return x[0][x[0] > 0] * 2; }, {{{5}}, {{3, 4}}}},
    {"setitem",
     [](const Vars& x) {
         Var y = x[0] * x[0];
         setitem(y, {array({1, 0, 1}), from(1)}, x[1] * x[1]);
         return y * x[0];
     },
     {{{3, 4}, {3, 3}}, {{2, 3}, {1}}, {{4, 2}, {3, 1}}, {{2, 3, 2}, {2, 1}}}},
    {"setitem: slices",
     [](const Vars& x) {
         Var y = x[0] * x[0];
         setitem(y, {Slice{{}, {}, -2}, newaxis, 1}, x[1] * x[1]);
         return y * x[0];
     },
     {{{4, 3}, {2, 1}}, {{3, 2}, {1}}, {{3, 2, 2}, {1, 2}}}},
    {"setitem: mask of a number",
     [](const Vars& x) {
         Var y = x[0] * x[0];
         y[x[0] > 0] = 3;
         return y * x[0];
     },
     {{{5}}, {{2, 3}}}},
    {"setitem: chain",
     [](const Vars& x) {
         Var y = x[0] * x[0];
         y[1][x[1] > 0] = x[0][0][x[1] > 0];
         y[{_, list({0, 0})}][1] = x[1][1] * x[1][1];
         y[0] *= x[1];
         return y;
     },
     {{{2, 3}, {3}}}},
    {"scatter: add",
     [](const Vars& x) {
         return scatter(x[0], 1, array({{0, 2, 0}, {1, 1, 1}}), x[1], "add") * x[0];
     },
     {{{2, 3}, {2, 3}}, {{3, 4}, {2, 3}}}},
    {"scatter: multiply",
     [](const Vars& x) {
         return scatter(x[0], 1, array({{0, 2, 0}, {1, 1, 1}}), x[1], "multiply") * x[0];
     },
     {{{2, 3}, {2, 3}}, {{3, 4}, {2, 3}}}},
    {"index_select",
     [](const Vars& x) {
         return index_select(x[0], -1, array({1, 0, 1})) * sum(index_select(x[0], 0, array({-1})));
     },
     {{{2, 3}}, {{3, 2, 2}}}},
    {"index_add",
     [](const Vars& x) {
         return index_add(x[0], 1, array({1, 0, 1}), x[1]) * x[0];
     },
     {{{2, 3}, {2, 3}}, {{2, 2, 2}, {2, 3, 2}}, {{2, 2}, {1}}}},
    {"index_fill",
     [](const Vars& x) {
         return index_fill(x[0], 1, array({1, 1}), x[1]) * x[0];
     },
     {{{2, 3}, {1}}}},
    {"take_along_dim",
     [](const Vars& x) {
         return take_along_dim(x[0], array({{1, 0, 1}}), 1) * take_along_dim(x[0], array({1}))[0];
     },
     {{{2, 3}}, {{1, 2}}}},
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("every mixture of up to three indices, read and written, as NumPy") {
        const auto all = mixtures();
        CHECK(all.size() == 5852);
        for (const auto& m : all) check(m);
    }

    TEST_CASE("gradients of reading and writing by index") { check_all(grad_rows); }

    TEST_CASE("values of reading and writing by index") {
        const Var x = array({{1, 2, 3}, {4, 5, 6}}), ij = array({{0, 2, 0}, {1, 1, 1}}),
                  src = array({{7, 8, 9}, {2, 3, 4}});
        expect("getitem: list", x[list({1, 0, 1})][{_, 2}], "jt.Var([6 3 6], dtype=int32)");
        expect("getitem: mask", x[x > 3], "jt.Var([4 5 6], dtype=int32)");
        expect("getitem: no mask", x[x > 9], "jt.Var([], dtype=int32)");
        expect("getitem: apart", zeros({2, 3, 4})[{list({0, 1}), _, list({1, 2})}].shape(1) == 3 ? x[0] : x[1],
               "jt.Var([1 2 3], dtype=int32)");
        Var y = x.clone();
        expect("setitem", setitem(y, {_, 1}, array({8, 9})), "jt.Var([[1 8 3]\n        [4 9 6]], dtype=int32)");
        expect("setitem: twice", setitem(y, {0, list({0, 0})}, array({8, 9})),
               "jt.Var([[9 8 3]\n        [4 9 6]], dtype=int32)");
        expect("scatter", scatter(x, 1, ij, src), "jt.Var([[9 2 8]\n        [4 4 6]], dtype=int32)");
        expect("scatter: add", scatter(x, 1, ij, src, "add"), "jt.Var([[17  2 11]\n        [ 4 14  6]], dtype=int32)");
        expect("scatter: multiply", scatter(x, 1, ij, src, "multiply"),
               "jt.Var([[ 63   2  24]\n        [  4 120   6]], dtype=int32)");
        expect("index_select", index_select(x, 1, array({2, -3})), "jt.Var([[3 1]\n        [6 4]], dtype=int32)");
        expect("index_add", index_add(x, 1, array({0, 0}), array({{1, 10}})),
               "jt.Var([[12  2  3]\n        [15  5  6]], dtype=int32)");
        expect("index_fill", index_fill(x, 0, array({-1}), 7), "jt.Var([[1 2 3]\n        [7 7 7]], dtype=int32)");
        expect("take_along_dim", take_along_dim(x, array({{2, 0}}), 1), "jt.Var([[3 1]\n        [6 4]], dtype=int32)");
        expect("take_along_dim: flat", take_along_dim(x, array({{-1, 0}})), "jt.Var([6 1], dtype=int32)");
    }

    TEST_CASE("what x[...] is") {
        Var x = array({{1, 2, 3}, {4, 5, 6}});
        auto z = x[0];
        z = z + 1;
        z += 10;
        z[1] = 0;
        CHECK_EQ(str(z), "jt.Var([12  0 14], dtype=int32)");
        z = x[1];
        x[0][1] = 50;
        x[{_, from(1)}][1][0] = 55;
        x[x == 6][0] = 66;
        x[1][0] += 1;
        x[0] = x[0] * 2;
        CHECK_EQ(str(x), "jt.Var([[  2 100   6]\n        [  5  55  66]], dtype=int32)");
        CHECK_EQ(str(z), "jt.Var([4 5 6], dtype=int32)");
        x[0] = x[1];
        x[{0, 0}] -= 1, x[{0, 1}] *= 2, x[{0, 2}] %= 60;
        CHECK_EQ(str(x[0]), "jt.Var([  4 110   6], dtype=int32)");
        CHECK_EQ(str(concat({x[0], z})), "jt.Var([  4 110   6   4   5   6], dtype=int32)");
        std::tie(z, x) = std::pair<Var, Var>(x[1], x[0]);
        CHECK_EQ(str(stack({x[0], z[0]})), "jt.Var([[4]\n        [5]], dtype=int32)");
        std::vector<Var> rows(2, zeros({2}));
        for (auto& row : rows) row[0] = 1;
        CHECK(rows[0][0].item() == 1);
        Var f = ones({2});
        f[0] /= 4;
        CHECK(f[0].item() == 0.25);
    }

    TEST_CASE("for (Var row : x) goes over axis 0") {
        const Var x = array({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
        Var total = zeros({2});
        for (Var row : x) total += row * row;
        CHECK(total.to_vector<float>() == std::vector<float>{35, 56});
        CHECK_SAME(grad(total.sum(), x), x * 2);
        for (const Var& row : zeros({0, 2})) FAIL(row);
        CHECK_THROWS_WITH_AS(Var().begin(), "unbind: needs a Var that holds something, got an empty one", GraphError);
    }

    TEST_CASE("a leaf is written through its node, and graphs keep the numbers that they read") {
        Var x = array({1.0, 2.0, 3.0}), v = array({5.0});
        const Var before = x * x, same = x;
        x[0] = 7;
        x[1] = v;
        x[2] += v;
        CHECK(same.to_vector<float>() == std::vector<float>{7, 5, 8});
        CHECK(grad(before.sum(), x).to_vector<float>() == std::vector<float>{2, 4, 6});
        x[0] = v * 1;
        CHECK(x.node() != same.node());
        CHECK(same[0].item() == 7);
        CHECK(grad((x * x).sum(), v).item() == 10);
        const Var computed = same * 2;
        Var y = computed;
        y[1] = 0;
        CHECK(computed[1].item() == 10);
        CHECK(grad(y.sum(), same).to_vector<float>() == std::vector<float>{2, 0, 2});
    }

    TEST_CASE("parameters are written through their node, and as values are part of a graph") {
        struct Net : nn::Module {
            Var& w = attr("w", ones({2, 3}));
        } net;
        Var x = zeros({2, 3});
        x[0] = net.w[1];
        CHECK(grad(x.sum(), net.w).to_vector<float>() == std::vector<float>{0, 0, 0, 1, 1, 1});
        const Var held = net.parameters()[0], h = x * 2;
        net.w[0] = 3;
        without_grad([&] { net.w[1] = h[0]; });
        CHECK(held.node() == net.w.node());
        CHECK(held.to_vector<float>() == std::vector<float>{3, 3, 3, 2, 2, 2});
        Var z = zeros({2, 3});
        z[_] = net.w;
        CHECK_SAME(grad(z.sum(), net.w), ones({2, 3}));
        CHECK_SAME(z, held);
    }

    TEST_CASE("a leaf whose gradient somebody wants is part of a graph") {
        Var v = array({5.0}), x = zeros({2});
        x[0] = v;
        CHECK(x.node()->op == nullptr);
        v.start_grad();
        x[1] = v;
        CHECK(grad((x * x).sum(), v).item() == 10);
    }

    TEST_CASE("a computed Var that is written to under no_grad keeps its past") {
        const Var w = array({1.0, 2.0, 3.0});
        Var y = w * 2;
        {
            const no_grad guard;
            y[0] = 5;
            y[1] = w[0];
        }
        CHECK(y.to_vector<float>() == std::vector<float>{5, 1, 6});
        CHECK(grad((y * y).sum(), w).to_vector<float>() == std::vector<float>{0, 0, 24});
    }

    TEST_CASE("an item writes to what x is then, if it has the same shape") {
        Var x = zeros({3}), y = ones({2});
        const auto rebinding = [&] {
            x = zeros({1});
            return 4;
        };
        auto item = x[2];
        CHECK_THROWS_WITH_AS(x[_][rebinding() - 4] = 1, "setitem: needs x of the shape that it had, (3,), got (1,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(std::move(item) += 1, "setitem: needs x of the shape that it had, (3,), got (1,)",
                             ShapeError);
        CHECK_SAME(x, zeros({1}));
        y[0].assign(4);
        y[1].update(array({5.0}));
        CHECK(y.to_vector<float>() == std::vector<float>{4, 5});
        CHECK_THROWS_WITH_AS(y[~std::size_t{0}],
                             "getitem: needs an index from -2 to 1 along axis 0, got 9223372036854775807", IndexError);
    }

    TEST_CASE("values are cast, and what a dtype does not hold is refused") {
        Var i = array({1, 2, 3}), f = zeros({2}), b = array({true, true});
        i[0] = 7.0;
        i[1] = array({8.0}, float64);
        f[0] = array({3});
        f[1] = array({0.1}, float64);
        b[1] = 0;
        CHECK_EQ(str(i), "jt.Var([7 8 3], dtype=int32)");
        CHECK_EQ(str(f), "jt.Var([3.  0.1], dtype=float32)");
        CHECK_EQ(str(b), "jt.Var([ True False], dtype=bool)");
        CHECK_THROWS_WITH_AS(i[0] = 7.5, "setitem: needs a number that int32 holds, got 7.5", ValueError);
        CHECK_THROWS_WITH_AS(i[0] = array({1.0, 2.0, 3.0}), "setitem: needs a value that broadcasts to (1,), got (3,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(i[_] = array({1.0, 2.5, 3.0}), "setitem: needs a number that int32 holds, got 2.5",
                             ValueError);
        CHECK_EQ(str(i), "jt.Var([7 8 3], dtype=int32)");
    }

    TEST_CASE("a value may be x itself") {
        Var x = array({1, 2, 3}), y = array({1.0, 2.0, 3.0});
        x[Slice{{}, {}, -1}] = x;
        CHECK_EQ(str(x), "jt.Var([3 2 1], dtype=int32)");
        x[list({2, 1, 0})] = x;
        CHECK_EQ(str(x), "jt.Var([1 2 3], dtype=int32)");
        x[from(1)] = x[to(-1)];
        CHECK_EQ(str(x), "jt.Var([1 1 2], dtype=int32)");
        y = y * 1;
        y[list({2, 1, 0})] = y;
        CHECK_EQ(str(y), "jt.Var([3. 2. 1.], dtype=float32)");
    }

    TEST_CASE("writing element by element copies nothing and keeps nothing") {
        constexpr std::int64_t n = 1000000;
        Var x = zeros({n});
        const void* numbers = x.array().raw();
        for (std::int64_t i = 0; i < n; ++i) x[i] = i % 7;
        CHECK(x.array().raw() == numbers);
        CHECK(sum(x).item() == 2999997);
        const Var h = array({2.0}) * 1;
        Var y = zeros({1000});
        numbers = y.array().raw();
        for (int i = 0; i < 1000; ++i) y[i] = h * i;
        CHECK(y.array().raw() == numbers);
        CHECK(grad(y.sum(), h).item() == 499500);
        const Var kept = y;
        y[0] = h;
        CHECK(kept[0].item() == 0);
    }

    TEST_CASE("numbers that a rule has still to read are not written over") {
        const Var a = array({0.5, 1.0});
        Var y = tanh(a);
        y[0] = 9;
        CHECK_CLOSE(grad(y.sum(), a), array({0.0, 0.4199743}));
        Var z = zeros({2});
        z[0] = a[0];
        const Var squares = z * z;
        z[1] = a[1];
        CHECK_CLOSE(grad(squares.sum(), a), array({1.0, 0.0}));
        CHECK_CLOSE(grad((z * z).sum(), a), a * 2);
    }

    TEST_CASE("wrong writes and mixtures say what they need, and change nothing") {
        Var x = zeros({2, 3});
        const Var i = array({0, 1}), three = array({0, 1, 0});
        CHECK_THROWS_WITH_AS(x[2] = 1, "getitem: needs an index from -2 to 1 along axis 0, got 2", IndexError);
        CHECK_THROWS_WITH_AS(setitem(x, 2, 1), "setitem: needs an index from -2 to 1 along axis 0, got 2", IndexError);
        CHECK_THROWS_WITH_AS(setitem(x, list({0, -3}), 1), "setitem: needs indices from -2 to 1, got -3", IndexError);
        CHECK_THROWS_WITH_AS((x[{i, three}]), "getitem: needs shapes that broadcast, got (2,) and (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(x[three > 0], "getitem: needs a mask of shape (2,) from axis 0 on, got (3,)", ShapeError);
        CHECK_THROWS_WITH_AS((x[{_, i > 0}]), "getitem: needs a mask of shape (3,) from axis 1 on, got (2,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(x[zeros({2, 3, 1}, bool_)], "getitem: needs at most 2 indices for (2, 3), got 3",
                             IndexError);
        CHECK_THROWS_WITH_AS(x[0] = i, "setitem: needs a value that broadcasts to (3,), got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(x[i > 0] = ones({2, 3}), "setitem: needs a value that broadcasts to (1, 3), got (2, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(x[Var()], "getitem: needs a Var that holds something, got an empty one", GraphError);
        CHECK_THROWS_WITH_AS(x[0] = Var(), "setitem: needs a Var that holds something, got an empty one", GraphError);
        CHECK_THROWS_WITH_AS(index_select(x, 0, i > 0), "index_select: needs an integer index, got bool", DtypeError);
        CHECK_THROWS_WITH_AS(index_select(x, 0, three + 1), "index_select: needs indices from -2 to 1, got 2",
                             IndexError);
        CHECK_THROWS_WITH_AS(index_add(x, 1, i, ones({3, 2})),
                             "index_add: needs a value that broadcasts to (2, 2), got (3, 2)", ShapeError);
        CHECK_THROWS_WITH_AS(index_fill(x, 1, i, ones({4})),
                             "index_fill: needs a value that broadcasts to (2, 2), got (4,)", ShapeError);
        CHECK_THROWS_WITH_AS(scatter(x, 1, array({{0}}), array({{1}}), "mean"),
                             "scatter: needs reduce to be void, add or multiply, got mean", ValueError);
        CHECK_THROWS_WITH_AS(take_along_dim(x, i, 0), "take_along_dim: needs an index of 2 axes, got (2,)", ShapeError);
        CHECK_THROWS_WITH_AS(take_along_dim(x, zeros({4, 1}, int32), 1),
                             "take_along_dim: needs shapes that broadcast, got (2, 1) and (4, 1)", ShapeError);
        CHECK_SAME(x, zeros({2, 3}));
    }

    TEST_CASE("indices of any size") {
        constexpr auto most = std::numeric_limits<std::int64_t>::max(),
                       least = std::numeric_limits<std::int64_t>::min();
        Var x = arange(3);
        x[Slice{least, most, most}] = 7;
        CHECK_EQ(str(x), "jt.Var([7 1 2], dtype=int32)");
        CHECK_THROWS_WITH_AS(x[list({least})], "getitem: needs indices from -3 to 2, got -9223372036854775808",
                             IndexError);
        CHECK_THROWS_WITH_AS(x[most] = 1, "getitem: needs an index from -3 to 2 along axis 0, got 9223372036854775807",
                             IndexError);
        CHECK_THROWS_WITH_AS(zeros({0})[list({0})], "getitem: needs indices from 0 to -1, got 0", IndexError);
        CHECK(zeros({0, 3})[zeros({0}, int32)].shape() == Shape{0, 3});
        CHECK(zeros({3, 0})[{list({1}), zeros({0}, bool_)}].shape() == Shape{0});
        const Var wide = zeros({1 << 20}, int32);
        CHECK_THROWS_WITH_AS((zeros({1, std::int64_t{1} << 40, 0})[{reshape(wide, {1 << 10, 1 << 10}), newaxis}]),
                             "getitem: needs a size that fits in 63 bits, got (1024, 1024, 1, 1099511627776, 0)",
                             ShapeError);
        Indices many;
        for (int k = 0; k < 64; ++k) many.push_back(newaxis);
        CHECK_THROWS_WITH_AS(getitem(x, many), "getitem: needs at most 64 axes, got 65", ShapeError);
        Shape ones64(64, 1);
        Var deep = zeros(ones64);
        Indices zero(64, Index(0));
        setitem(deep, zero, 3);
        CHECK(getitem(deep, zero).item() == 3);
    }
}

}  // namespace jt::test
