// Transforms: what they make of edges, and each error's text. Their numbers stand in tests/jittor/test_transform.cpp.
#include "../../autograd/ops/resize.hpp"  // jt::resize beside transform::resize
#include "../../core/python_random.hpp"
#include "../../core/random.hpp"
#include "../../nn/transform/geometry.hpp"
#include "../check.hpp"

using namespace jt;
using namespace jt::transform;

namespace {

const Var picture = arange(24, uint8).reshape({2, 4, 3});
const Var gray_picture = arange(12, uint8).reshape({3, 4});

const std::vector<std::pair<std::string, Transform>> functions = {
    {"crop", [](const Var& x) { return transform::crop(x, 0, 0, 2, 2); }},
    {"gray", [](const Var& x) { return gray(x); }},
    {"hflip", hflip},
    {"resize", [](const Var& x) { return transform::resize(x, 2); }},
    {"vflip", vflip},
    {"to_tensor", to_tensor},
};

/// What f says of x.
std::string refusal(const Transform& f, const Var& x) {
    try {
        f(x);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("transforms take lambdas, and Compose none, too") {
        CHECK_SAME(Compose({})(picture), picture);
        CHECK_SAME(
            Compose({Lambda([](const Var& x) { return hflip(x); }), [](const Var& x) { return hflip(x); }})(picture),
            picture);
        const Transform nested = Compose(std::vector<Transform>{Compose({vflip, ToTensor()}), ToTensor()});
        CHECK_SAME(nested(picture), to_tensor(picture.flip(0)));
        CHECK_THROWS_WITH_AS(Compose({ToTensor(), Transform()}), "Compose: needs functions, got an empty one",
                             ValueError);
        CHECK_THROWS_WITH_AS(Lambda(nullptr), "Lambda: needs functions, got an empty one", ValueError);
    }

    TEST_CASE("a transform takes (h, w), and says which images it does not take") {
        CHECK_EQ(ToTensor()(gray_picture).shape(), Shape{1, 3, 4});
        CHECK_EQ(CenterCrop(2)(gray_picture).shape(), Shape{2, 2, 1});
        CHECK_SAME(ToTensor()(ones({2, 2})), ones({2, 2}));
        CHECK_THROWS_WITH_AS(Resize(2)(ones({4, 4, 3})), "resize: needs an image of uint8, got float32", DtypeError);
        CHECK_THROWS_WITH_AS(
            RandomHorizontalFlip()(zeros({4, 4, 5}, uint8)),
            "RandomHorizontalFlip: needs an image (h, w) or (h, w, c) of 1 to 4 channels, got (4, 4, 5)", ShapeError);
        CHECK_THROWS_WITH_AS(ToTensor()(zeros({4, 0, 3}, uint8)),
                             "to_tensor: needs an image (h, w) or (h, w, c) of 1 to 4 channels, got (4, 0, 3)",
                             ShapeError);
        CHECK_THROWS_AS(Gray()(zeros({4}, uint8)), ShapeError);
        CHECK_THROWS_AS(RandomCrop(1)(Var()), GraphError);
        CHECK_THROWS_AS(ImageNormalize(0, 1)(Var()), GraphError);
        CHECK_THROWS_AS(ToTensor()(Var()), GraphError);
    }

    TEST_CASE("each function names itself, takes pixels in any layout, and gives a Var of its own") {
        for (const auto& row : functions) {
            CAPTURE(row.first);
            CHECK_EQ(refusal(row.second, Var()).substr(0, row.first.size() + 1), row.first + ":");
            CHECK_EQ(refusal(row.second, zeros({2, 2, 2, 2}, uint8)),
                     row.first + ": needs an image (h, w) or (h, w, c) of 1 to 4 channels, got (2, 2, 2, 2)");
            const Var across = picture.transpose(0, 1);
            CHECK_SAME(row.second(across), row.second(array(across)));
            CHECK_EQ(picture.to_vector<int>(), arange(24).to_vector<int>());
        }
    }

    TEST_CASE("sizes and probabilities out of range") {
        CHECK_THROWS_WITH_AS(Resize({0, 3}), "Resize: needs a size of 1 or more, got (0, 3)", ValueError);
        CHECK_THROWS_WITH_AS(transform::resize(picture, -1), "resize: needs a size of 1 or more, got (-1, -1)",
                             ValueError);
        CHECK_THROWS_AS(CenterCrop(0), ValueError);
        CHECK_THROWS_AS(RandomCrop({1, 0}), ValueError);
        CHECK_THROWS_WITH_AS(RandomHorizontalFlip(1.5), "RandomHorizontalFlip: needs p from 0 to 1, got 1.5",
                             ValueError);
        CHECK_THROWS_WITH_AS(RandomVerticalFlip(NAN), "RandomVerticalFlip: needs p from 0 to 1, got nan", ValueError);
        CHECK_THROWS_WITH_AS(RandomCrop({3, 2})(picture), "RandomCrop: needs an image of (3, 2) or more, got (2, 4)",
                             ShapeError);
        CHECK_THROWS_WITH_AS(RandomCropAndResize(2, {.scale = {1, 0.5}}),
                             "RandomCropAndResize: needs scale from a low to a high positive number, got 1 and 0.5",
                             ValueError);
        CHECK_THROWS_AS(RandomCropAndResize(2, {.scale = {-1, 0.5}}), ValueError);
        CHECK_THROWS_AS(RandomCropAndResize(2, {.ratio = {0, 0.5}}), ValueError);
        CHECK_THROWS_AS(RandomCropAndResize(2, {.ratio = {1, NAN}}), ValueError);
        CHECK_THROWS_AS(RandomCropAndResize(0), ValueError);
    }

    TEST_CASE("a part that is larger than the image is black around it") {
        const Var y = transform::crop(gray_picture, -1, 2, 3, 4);
        CHECK_SAME(y.squeeze(2), array({{0, 0, 0, 0}, {2, 3, 0, 0}, {6, 7, 0, 0}}, uint8));
        CHECK_SAME(transform::crop(gray_picture, 5, 5, 1, 1), zeros({1, 1, 1}, uint8));
        CHECK_SAME(transform::crop(gray_picture, -9, 0, 2, 1), zeros({2, 1, 1}, uint8));
        CHECK_THROWS_WITH_AS(transform::crop(gray_picture, 0, 0, 0, 1), "crop: needs a size of 1 or more, got (0, 1)",
                             ValueError);
        CHECK_EQ(CenterCrop({1, 9})(gray_picture).shape(), Shape{1, 9, 1});
    }

    TEST_CASE("sizes without end are refused before work begins, and long lines are made in pieces") {
        const int most = std::numeric_limits<int>::max();
        const std::int64_t far = std::numeric_limits<std::int64_t>::max();
        CHECK_THROWS_WITH_AS(transform::resize(picture, most), doctest::Contains("resize: needs a size that fits"),
                             ShapeError);
        CHECK_THROWS_WITH_AS(transform::crop(picture, 0, 0, far, far), doctest::Contains("crop: needs a size that"),
                             ShapeError);
        for (const std::int64_t place : {far, -far - 1})
            CHECK_SAME(transform::crop(picture, place, place, 1, 2), zeros({1, 2, 3}, uint8));
        const Var ramp = transform::resize(array({{0, 255}}, uint8), {1, 10000}).flatten().int32();
        CHECK_EQ(ramp[0].item(), 0);
        CHECK_EQ(ramp[9999].item(), 255);
        const Var steps = ramp[from(1)] - ramp[to(9999)];
        CHECK_EQ(steps.min().item(), 0);
        CHECK_EQ(steps.max().item(), 1);
        const Var wide = (arange(3 * 5000) * 37 % 251).cast(uint8).reshape({3, 5000, 1});
        const Var part = transform::resize(wide[{_, from(4000)}], {2, 1000});
        const Var whole = transform::resize(wide, {2, 5000});
        const Var tail = whole[{_, from(4000)}];
        CHECK_SAME(tail, part);
    }

    TEST_CASE("flips with p of 0 and 1 draw too") {
        set_global_seed(3);
        CHECK_SAME(RandomHorizontalFlip(0)(picture), picture);
        CHECK_SAME(RandomVerticalFlip(1)(picture), picture.flip(0));
        const double third = drawing::python_random();
        set_global_seed(3);
        drawing::python_random();
        drawing::python_random();
        CHECK_EQ(drawing::python_random(), third);
    }

    TEST_CASE("ImageNormalize: one number for all channels, any rank of at least three, what it refuses") {
        const ImageNormalize normalize({1, 2, 3}, {2, 2, 4});
        CHECK_SAME(normalize(ones({2, 3, 1, 1}))[0].flatten(), array({0.0F, -0.5F, -0.5F}));
        CHECK_SAME(ImageNormalize(0.5, 0.5)(ones({2, 2, 2})), ones({2, 2, 2}));
        for (const double deviation : {0., -1., 1e-60, double(NAN), double(INFINITY)})
            CHECK_THROWS_AS(ImageNormalize(0.5, deviation), ValueError);
        CHECK_THROWS_WITH_AS(ImageNormalize({0}, {-0.5}), "ImageNormalize: needs a finite std above 0, got -0.5",
                             ValueError);
        CHECK_THROWS_WITH_AS(ImageNormalize(NAN, 0.5), "ImageNormalize: needs a finite mean, got nan", ValueError);
        CHECK_THROWS_WITH_AS(ImageNormalize({1, 2}, {1, 2, 3}),
                             "ImageNormalize: needs as many means as stds, or one, got 2 and 3", ValueError);
        CHECK_SAME(ImageNormalize(1, {2, 4})(ones({2, 1, 1})), zeros({2, 1, 1}));
        CHECK_THROWS_WITH_AS(ImageNormalize(PerChannel(std::vector<double>{}), {1, 2}),
                             "ImageNormalize: needs a mean and a std, got none", ValueError);
        CHECK_THROWS_WITH_AS(normalize(gray_picture),
                             "ImageNormalize: needs (..., c, h, w) of as many channels as numbers, got (1, 3, 4) and 3",
                             ShapeError);
        CHECK_THROWS_AS(normalize(ones({3, 4})), ShapeError);
    }

    TEST_CASE("Gray of each kind of image") {
        const Var grays = gray(picture);
        CHECK_EQ(grays.shape(), Shape{2, 4, 1});
        CHECK_SAME(gray(picture, 3), concat({grays, grays, grays}, 2));
        CHECK_SAME(gray(concat({picture, zeros({2, 4, 1}, uint8)}, 2)), grays);
        CHECK_SAME(gray(gray_picture).squeeze(2), gray_picture);
        CHECK_SAME(gray(stack({gray_picture, gray_picture.flip(0)}, 2)).squeeze(2), gray_picture);
        CHECK_EQ(Gray(3)(picture).shape(), Shape{3, 2, 4});
        CHECK_THROWS_WITH_AS(Gray(2), "gray: needs 1 or 3 output channels, got 2", ValueError);
        CHECK_THROWS_AS(gray(picture, 4), ValueError);
    }
}
