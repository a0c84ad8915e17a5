// Products of vectors, batches and named axes: gradients against differences, values against other ops and what is
// written here.
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const std::vector<GradRow> grad_rows = {
    {"bmm",
     [](const Vars& x) { return bmm(x[0], x[1]); },
     {{{2, 2, 3}, {2, 3, 4}}, {{2, 2, 2}, {2, 2, 2}}, {{0, 2, 3}, {0, 3, 1}}}},
    {"bmm_transpose", [](const Vars& x) { return bmm_transpose(x[0], x[1]); }, {{{2, 2, 3}, {2, 4, 3}}}},
    {"baddbmm",
     [](const Vars& x) { return baddbmm(x[0], x[1], x[2], 0.5, 2); },
     {{{2, 2, 4}, {2, 2, 3}, {2, 3, 4}}, {{4}, {1, 2, 3}, {2, 3, 4}}}},
    {"matmul_transpose",
     [](const Vars& x) { return matmul_transpose(x[0], x[1]); },
     {{{2, 3}, {4, 3}}, {{2, 2, 3}, {4, 3}}}},
    {"outer", [](const Vars& x) { return outer(x[0], x[1]); }, {{{3}, {4}}, {{1}, {1}}, {{0}, {2}}}},
    {"dot", [](const Vars& x) { return dot(x[0], x[1]); }, {{{3}, {3}}, {{1}, {1}}, {{0}, {0}}}},
    {"tensordot", [](const Vars& x) { return tensordot(x[0], x[1]); }, {{{2, 3, 4}, {3, 4, 2}}, {{3, 4}, {3, 4}}}},
    {"tensordot: axes",
     [](const Vars& x) {
         return tensordot(x[0], x[1], {0, -1}, {2, 0});
     },
     {{{2, 3, 4}, {4, 3, 2}}}},
    {"tensordot: none", [](const Vars& x) { return tensordot(x[0], x[1], 0); }, {{{2}, {3, 2}}}},
    {"kron", [](const Vars& x) { return kron(x[0], x[1]); }, {{{2, 3}, {2, 2}}, {{3}, {2, 2}}, {{2, 2}, {0, 1}}}},
    {"cross", [](const Vars& x) { return cross(x[0], x[1]); }, {{{2, 3}, {2, 3}}, {{3}, {2, 3}}, {{0, 3}, {3}}}},
    {"einsum",
     [](const Vars& x) { return einsum("ij,jk->ki", x[0], x[1]); },
     {{{2, 3}, {3, 4}}, {{1, 1}, {1, 1}}, {{0, 2}, {2, 0}}}},
    {"einsum: three", [](const Vars& x) { return einsum("i,bij,j->b", x); }, {{{2}, {3, 2, 4}, {4}}}},
    {"einsum: repeated", [](const Vars& x) { return einsum("iji,kk->jk", x); }, {{{2, 3, 2}, {2, 2}}}},
    {"einsum: dots",
     [](const Vars& x) { return einsum("...ij,...j->...i", x); },
     {{{2, 1, 2, 3}, {3, 3}}, {{2, 3}, {3}}}},
    {"inv",
     [](const Vars& x) { return inv(x[0] + 5 * eye(x[0].shape(-1))); },
     {{{3, 3}}, {{2, 2, 2}}, {{1, 1}}, {{0, 2, 2}}, {{0, 0}}}},
    {"det",
     [](const Vars& x) { return det(x[0] / 2 + 2 * eye(x[0].shape(-1))); },
     {{{3, 3}}, {{2, 2, 2}}, {{1, 1}}, {{0, 2, 2}}}},
};

struct Same {
    Sample shapes;
    std::string equation;
    Op f;
};

Var swapped(const Var& x) { return swapaxes(x, -1, -2); }

const std::vector<Same> equations = {
    {{{2, 3}, {3, 4}}, "ij,jk->ik", [](const Vars& x) { return matmul(x[0], x[1]); }},
    {{{2, 2, 3}, {2, 3, 4}}, " b i j , b j k -> b i k ", [](const Vars& x) { return matmul(x[0], x[1]); }},
    {{{2, 3, 4, 5}, {2, 3, 2, 5}}, "bhid,bhjd->bhij", [](const Vars& x) { return matmul(x[0], swapped(x[1])); }},
    {{{2, 1, 2, 3}, {3, 3, 4}}, "...ij,...jk", [](const Vars& x) { return matmul(x[0], x[1]); }},
    {{{2, 3}, {3}}, "...,...->...", [](const Vars& x) { return x[0] * x[1]; }},
    {{{2, 3}}, "ij->ji", [](const Vars& x) { return transpose(x[0]); }},
    {{{2, 3}}, "ba", [](const Vars& x) { return transpose(x[0]); }},
    {{{3}}, "i->i", [](const Vars& x) { return x[0].clone(); }},
    {{{3, 3}}, "ii->i", [](const Vars& x) { return diagonal(x[0]); }},
    {{{3, 3}}, "ii", [](const Vars& x) { return trace(x[0]); }},
    {{{3, 3, 3}}, "iii->i", [](const Vars& x) { return diagonal(diagonal(x[0]), 0, 0, 1); }},
    {{{2, 3}}, "ij->", [](const Vars& x) { return sum(x[0]); }},
    {{{2, 3, 4}},
     "ijk->j",
     [](const Vars& x) {
         return sum(x[0], {0, 2});
     }},
    {{{2}, {3}}, "i,j->ij", [](const Vars& x) { return outer(x[0], x[1]); }},
    {{{3}, {3}}, "i,i", [](const Vars& x) { return dot(x[0], x[1]); }},
    {{{2, 3}, {2, 3}}, "ij,ij->ij", [](const Vars& x) { return x[0] * x[1]; }},
    {{{2, 3}, {2, 3}}, "ij,ij->i", [](const Vars& x) { return sum(x[0] * x[1], 1); }},
    {{{2, 3}, {2, 2}}, "ij,kl->", [](const Vars& x) { return sum(x[0]) * sum(x[1]); }},
    {{{2, 3}, {3, 4}, {4, 2}}, "ij,jk,kl->il", [](const Vars& x) { return matmul(matmul(x[0], x[1]), x[2]); }},
    {{{2, 3}, {2}, {3, 4}, {4}},
     "ij,i,jk,k->",
     [](const Vars& x) { return sum(matmul(x[1], x[0]) * matmul(x[2], x[3])); }},
    {{{2, 0}, {0, 4}}, "ij,jk->ik", [](const Vars& x) { return matmul(x[0], x[1]); }},
    {{{2, 1}, {2, 3}}, "ij,ij->ij", [](const Vars& x) { return x[0] * x[1]; }},
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of products of vectors, batches and named axes") { check_all(grad_rows); }

    TEST_CASE("equations of einsum are what other ops make") {
        for (const auto& row : equations) {
            CAPTURE(row.equation);
            const Vars x = random_inputs(row.shapes, -2, 2);
            CHECK_EQ(difference(einsum(row.equation, x), row.f(x), 1e-12, 1e-13), "");
        }
        expect("einsum: integers", einsum("ij->j", array({{1, 2}, {3, 4}})), "jt.Var([4 6], dtype=int32)");
        expect("einsum: float", einsum("i,i", array({1, 2}), array({3, 4})), "jt.Var([11], dtype=int32)");
    }

    TEST_CASE("values of products of vectors and batches") {
        const Var x = array({1, 2, 3}), y = array({4, 5, 6}), m = array({{1.0, 2.0}, {3.0, 4.0}});
        expect("outer", x.outer(array({1, -1})), "jt.Var([[ 1 -1]\n        [ 2 -2]\n        [ 3 -3]], dtype=int32)");
        expect("dot", x.dot(y), "jt.Var([32], dtype=int32)");
        expect("cross", x.cross(y), "jt.Var([-3  6 -3], dtype=int32)");
        expect("cross: axis 0", cross(unsqueeze(x, 1), unsqueeze(y, 1), 0),
               "jt.Var([[-3]\n        [ 6]\n        [-3]], dtype=int32)");
        expect("kron", kron(array({1, 2}), array({{1, 10}})), "jt.Var([[ 1 10  2 20]], dtype=int32)");
        expect("matmul_transpose", m.matmul_transpose(m), "jt.Var([[ 5. 11.]\n        [11. 25.]], dtype=float32)");
        expect("bmm", bmm(m[{newaxis}], m[{newaxis}]), "jt.Var([[[ 7. 10.]\n         [15. 22.]]], dtype=float32)");
        expect("tensordot", tensordot(m, m), "jt.Var([30.], dtype=float32)");
        CHECK(tensordot(zeros({2, 3, 4}), zeros({4, 5}), 1).shape() == Shape{2, 3, 5});
        CHECK(tensordot(zeros({2}), zeros({3}), {}, {}).shape() == Shape{2, 3});
    }

    TEST_CASE("wrong products of vectors and batches") {
        const Var x = zeros({2, 3}), v = zeros({3});
        CHECK_THROWS_WITH_AS(bmm(x, x), "bmm: needs (b, n, k) and (b, k, m), got (2, 3) and (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(bmm_transpose(x, x), "bmm_transpose: needs (b, n, k) and (b, m, k), got (2, 3) and (2, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(baddbmm(x, x, x), "baddbmm: needs (b, n, k) and (b, k, m), got (2, 3) and (2, 3)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(outer(x, v), "outer: needs two Vars of one axis, got (2, 3) and (3,)", ShapeError);
        CHECK_THROWS_WITH_AS(dot(v, x), "dot: needs two Vars of one axis, got (3,) and (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(dot(v, zeros({1})), "dot: needs equal shapes, got (3,) and (1,)", ShapeError);
        CHECK_THROWS_WITH_AS(cross(zeros({2}), zeros({2})), "cross: needs an axis of extent 3, got 0 of (2,)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(tensordot(x, v, 2), "tensordot: needs from 0 to 1 axes, got 2", ValueError);
        CHECK_THROWS_WITH_AS(tensordot(x, x, {0}, {1}),
                             "tensordot: needs pairs of equal extents, got those of (2, 3) and (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(tensordot(x, x, {0, 1}, {0}),
                             "tensordot: needs pairs of equal extents, got those of (2, 3) and (2, 3)", ShapeError);
    }

    TEST_CASE("wrong equations of einsum") {
        const Var x = zeros({2, 3}), v = zeros({4});
        CHECK_THROWS_WITH_AS(einsum("ij", Vars{}), "einsum: needs at least one Var, got none", ValueError);
        CHECK_THROWS_WITH_AS(einsum("ij,jk", x), "einsum: needs as many operands as 'ij,jk' has terms, got 1",
                             ValueError);
        CHECK_THROWS_WITH_AS(einsum("ij", x, v), "einsum: needs as many operands as 'ij' has terms, got 2", ValueError);
        CHECK_THROWS_WITH_AS(einsum("ijk", x), "einsum: needs 3 axes for 'ijk', got (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(einsum("...ijk", x), "einsum: needs 3 axes or more for '...ijk', got (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(einsum("i1->i", x), "einsum: needs letters, one '...' a term, ',' and '->', got 'i1->i'",
                             ValueError);
        CHECK_THROWS_WITH_AS(einsum("......", zeros({2, 3, 4})),
                             "einsum: needs letters, one '...' a term, ',' and '->', got '......'", ValueError);
        CHECK_THROWS_WITH_AS(einsum("ij,j->i", x, v),
                             "einsum: needs one extent for each letter of 'ij,j->i', got 3 and 4", ShapeError);
        CHECK_THROWS_AS(einsum("ij->ik", x), ValueError);
        CHECK_THROWS_AS(einsum("ij->ii", x), ValueError);
        CHECK_THROWS_WITH_AS(einsum("ij->k", x),
                             "einsum: needs letters of the operands, each once, behind '->', got 'ij->k'", ValueError);
    }

    TEST_CASE("inverses and determinants") {
        const Var swap = array({{0, 2}, {1, 0}}), singular = array({{1.0, 2.0}, {2.0, 4.0}});
        expect("inv", inv(swap), "jt.Var([[0.  1. ]\n        [0.5 0. ]], dtype=float32)");
        expect("det", det(swap), "jt.Var([-2.], dtype=float32)");
        expect("det: singular", linalg::det(stack({singular, singular * 0, swap})),
               "jt.Var([ 0.  0. -2.], dtype=float32)");
        expect("det: none", det(zeros(0, 0)), "jt.Var([1.], dtype=float32)");
        const Var x = randn(3, 20, 20).float64();
        CHECK_EQ(difference(matmul(linalg::inv(x), x), broadcast(eye(20).float64(), {3, 20, 20}), 0, 1e-9), "");
        CHECK_EQ(difference(det(matmul(x[0], x[1])), det(x[0]) * det(x[1]), 1e-9, 0), "");
        CHECK_EQ(difference(inv(eye(2).float64() * 1e-200), eye(2).float64() * 1e200, 1e-12, 0), "");
        CHECK(isnan(inv(array({{nan, 1.0}, {2.0, 3.0}}))).any().item() == 1);
        CHECK_THROWS_WITH_AS(inv(singular), "inv: needs matrices that are not singular, got one in shape (2, 2)",
                             ValueError);
        CHECK_THROWS_AS(grad(det(singular), singular), ValueError);
        CHECK_THROWS_WITH_AS(inv(zeros(2, 3)), "inv: needs square matrices (..., n, n), got (2, 3)", ShapeError);
        CHECK_THROWS_WITH_AS(det(zeros(4)), "det: needs square matrices (..., n, n), got (4,)", ShapeError);
    }
}

}  // namespace jt::test
