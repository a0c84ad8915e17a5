// Images read at places that are Vars: gradients against differences, values against what is written here.
#include <limits>

#include "op_rows.hpp"

namespace jt::test {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();

const std::vector<Sample> images = {
    {{2, 2, 3, 4}, {2, 2, 3, 2}}, {{1, 1, 1, 1}, {1, 1, 2, 2}}, {{0, 1, 2, 2}, {0, 1, 1, 2}}};

Var nearest(const Var& x, const Var& grid, GridPadding padding) {
    return grid_sample(x, grid, ResizeMode::nearest, padding, true);
}

const std::vector<GradRow> grad_rows = {
    {"grid_sample", [](const Vars& x) { return grid_sample(x[0], x[1]); }, images, -1.3, 1.3},
    {"grid_sample: border",
     [](const Vars& x) { return grid_sample(x[0], x[1], ResizeMode::bilinear, GridPadding::border, true); },
     {images[0]},
     -1.3,
     1.3},
    {"grid_sample: reflection",
     [](const Vars& x) { return grid_sample(x[0], x[1], ResizeMode::bilinear, GridPadding::reflection); },
     {images[0]},
     -2,
     2},
    {"grid_sample: nearest",
     [](const Vars& x) {
         return nearest(x[0], array({{{{-0.4, 0.7}, {1.2, 0.1}}}}), GridPadding::border) * x[0];
     },
     {{{1, 2, 1, 2}}}},
    {"affine_grid",
     [](const Vars& x) {
         return affine_grid(x[0], {2, 5, 3, 4}) * affine_grid(x[0], {2, 5, 3, 4}, true);
     },
     {{{2, 2, 3}}}},
};

}  // namespace

TEST_SUITE("autograd") {
    TEST_CASE("gradients of images read at places") { check_all(grad_rows); }

    TEST_CASE("images read at places") {
        const Var x = array({{{{1, 2}, {3, 4}}}}), grid = array({{{{0.5, 0.5}, {-1.0, 0.0}, {3.0, -1.0}}}});
        const auto read = [&](ResizeMode mode, GridPadding padding, bool align_corners) {
            return grid_sample(x, grid, mode, padding, align_corners).reshape(-1);
        };
        expect("grid_sample", read(ResizeMode::bilinear, GridPadding::zeros, true),
               "jt.Var([3.25 2.   0.  ], dtype=float32)");
        expect("grid_sample: edges", read(ResizeMode::bilinear, GridPadding::zeros, false),
               "jt.Var([4. 1. 0.], dtype=float32)");
        expect("grid_sample: border", read(ResizeMode::bilinear, GridPadding::border, false),
               "jt.Var([4. 2. 2.], dtype=float32)");
        expect("grid_sample: nearest", read(ResizeMode::nearest, GridPadding::zeros, true),
               "jt.Var([4. 3. 0.], dtype=float32)");
        expect("grid_sample: nearest, border", read(ResizeMode::nearest, GridPadding::border, true),
               "jt.Var([4. 3. 2.], dtype=float32)");
        expect("grid_sample: reflection", read(ResizeMode::bilinear, GridPadding::reflection, true),
               "jt.Var([3.25 2.   1.  ], dtype=float32)");
        expect("grid_sample: reflection, edges", read(ResizeMode::bilinear, GridPadding::reflection, false),
               "jt.Var([4. 2. 1.], dtype=float32)");
        const Var dot = array({{{{5.0}}}});
        CHECK_SAME(grid_sample(dot, array({{{{0.3, -7.0}}}}), ResizeMode::bilinear, GridPadding::reflection, true),
                   dot);
        const Var far = array({{{{nan, 0.0}, {inf, 0.0}, {1e30, 0.0}}}});
        CHECK(nearest(x, far, GridPadding::zeros).abs().sum().item() == 0);
        CHECK(isnan(grid_sample(x, far))[0][0][0].to_vector<bool>() == std::vector<bool>{true, true, false});
    }

    TEST_CASE("a grid that moves nothing") {
        const Var x = randn(2, 3, 4, 5), same = array({{{1, 0, 0}, {0, 1, 0}}}).repeat(2, 1, 1);
        for (const bool align_corners : {false, true}) {
            const Var grid = affine_grid(same, x.shape(), align_corners);
            const Var y = grid_sample(x, grid, ResizeMode::bilinear, GridPadding::border, align_corners);
            CHECK_EQ(difference(y, x, 1e-5, 1e-5), "");
        }
        expect("affine_grid", affine_grid(same, {2, 1, 1, 2})[0],
               "jt.Var([[[-0.5  0. ]\n         [ 0.5  0. ]]], dtype=float32)");
        CHECK(affine_grid(same, {2, 1, 0, 2}).shape() == Shape{2, 0, 2, 2});
    }

    TEST_CASE("wrong grids") {
        const Var x = zeros(1, 1, 2, 2);
        CHECK_THROWS_WITH_AS(
            grid_sample(x, zeros(2, 1, 1, 2)),
            "grid_sample: needs an image (n, c, h, w) and a grid (n, H, W, 2), got (1, 1, 2, 2) and (2, 1, 1, 2)",
            ShapeError);
        CHECK_THROWS_AS(grid_sample(x, zeros(1, 1, 1, 3)), ShapeError);
        CHECK_THROWS_AS(grid_sample(x[0], zeros(1, 1, 1, 2)), ShapeError);
        CHECK_THROWS_WITH_AS(grid_sample(zeros(1, 1, 0, 2), zeros(1, 1, 1, 2)),
                             "grid_sample: needs h and w of 1 or more, got (1, 1, 0, 2)", ShapeError);
        CHECK_THROWS_WITH_AS(
            affine_grid(zeros(1, 2, 3), {2, 1, 4, 4}),
            "affine_grid: needs theta (n, 2, 3) and a size (n, c, h, w), got (1, 2, 3) and (2, 1, 4, 4)", ShapeError);
        CHECK_THROWS_WITH_AS(affine_grid(zeros(1, 2, 3), {1, 1, -4, 4}),
                             "affine_grid: needs extents of 0 or more, got (1, 1, -4, 4)", ShapeError);
    }
}

}  // namespace jt::test
