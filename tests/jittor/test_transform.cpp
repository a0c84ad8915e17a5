// Transforms, grids and images against real Jittor's and Pillow's: bit for bit, random draws too.
#include <functional>

#include "../../core/files/image.hpp"
#include "../../core/random.hpp"
#include "../../nn/data/dataset.hpp"
#include "../../nn/image/image.hpp"
#include "../../nn/transform/geometry.hpp"
#include "../files/temporary.hpp"
#include "fixture.hpp"

using namespace jt;
using namespace jt::transform;
using test::Fixture;

namespace {

const std::vector<std::string> modes = {"L", "LA", "RGB", "RGBA"};

std::string name_of(Pair size) { return std::to_string(size.h) + "x" + std::to_string(size.w); }

// Pillow has no axis for one channel.
void check_image(const Var& got, const Var& expected) {
    CHECK_SAME(got, expected.dim() == 2 ? expected.unsqueeze(2) : expected);
}

struct Pictures : dataset::Dataset<Var, std::int64_t> {
    Pictures(const Var& images, Transform pipeline) : images(images), pipeline(std::move(pipeline)) {
        set_attrs({.batch_size = 4, .shuffle = true});
    }
    std::int64_t size() const override { return images.shape(0); }
    std::tuple<Var, std::int64_t> item(std::int64_t k) const override { return {pipeline(images[k]), k}; }

    Var images;
    Transform pipeline;
};

const std::vector<std::pair<std::string, Transform>> pipelines = {
    {"flips", Compose({RandomHorizontalFlip(), RandomVerticalFlip(0.3), ToTensor()})},
    {"crops", Compose({RandomCrop({6, 10}), RandomHorizontalFlip(0.7), ToTensor()})},
    {"resized", Compose({Resize(8), RandomCrop(5), ImageNormalize({0.5}, {0.5})})},
    {"parts", Compose({RandomCropAndResize({5, 6}), RandomHorizontalFlip(), ToTensor()})},
    {"wide", Compose({RandomCropAndResize(4, {.scale = {0.9, 1.0}, .ratio = {3, 4}}), ToTensor()})},
    {"high", Compose({RandomCropAndResize(4, {.scale = {0.9, 1.0}, .ratio = {0.1, 0.2}}), ToTensor()})},
};

void check_epoch(const Fixture& f, const std::string& name, Pictures& data, int epoch) {
    int batches = 0;
    for (const auto& [x, k] : data) {
        const auto key = name + "." + std::to_string(epoch) + "." + std::to_string(batches++) + ".";
        CAPTURE(key);
        CHECK_SAME(x, f[key + "0"]);
        CHECK_SAME(k, f[key + "1"]);
    }
    CHECK_EQ(batches, f[name + ".batches"].to_vector<int>()[static_cast<std::size_t>(epoch)]);
}

const std::vector<std::pair<std::string, GridOptions>> grids = {
    {"plain", {}},
    {"two", {.nrow = 2, .padding = 1}},
    {"bare", {.nrow = 3, .padding = 0}},
    {"padded", {.nrow = 4, .pad_value = 1}},
    {"normalized", {.nrow = 5, .normalize = true}},
    {"ranged", {.nrow = 5, .normalize = true, .range = ImageRange{-1, 2}}},
};

}  // namespace

TEST_SUITE("jittor") {
    TEST_CASE("transforms: Resize of each kind of image, larger and smaller, as Pillow") {
        const Fixture f("transform.npz");
        for (const auto& mode : modes)
            for (const Pair size : {Pair{11, 13}, {3, 4}, {14, 18}, {11, 5}, {40, 13}, {1, 1}, {30, 2}, {2, 20}}) {
                const auto key = "resized." + mode + "." + name_of(size);
                CAPTURE(key);
                check_image(Resize(size)(f["image." + mode]), f[key]);
            }
    }

    TEST_CASE("transforms: those without a draw") {
        const Fixture f("transform.npz");
        const Var x = f["image.RGB"];
        CHECK_SAME(ToTensor()(x), f["to_tensor"]);
        CHECK_SAME(Gray()(x), f["gray"]);
        const ImageNormalize normalize({0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});
        CHECK_SAME(normalize(x), f["normalize"]);
        CHECK_SAME(ImageNormalize({0.5}, {0.25})(x), f["normalize_one"]);
        CHECK_SAME(Compose({ToTensor(), normalize})(x), f["normalize_tensor"]);
    }

    TEST_CASE("transforms: CenterCrop, but for the row or column too many of an odd rest") {
        const Fixture f("transform.npz");
        const Var x = f["image.RGB"];
        for (const Pair size : {Pair(4), Pair(7), {3, 11}, Pair(12), {20, 5}}) {
            const std::string name = size.h == size.w ? std::to_string(size.h) : name_of(size);
            CAPTURE(name);
            const Var y = CenterCrop(size)(x);
            CHECK_EQ(y.shape(), Shape{size.h, size.w, 3});
            const Var expected = f["cropped." + name][{to(size.h), to(size.w)}];
            CHECK_SAME(y, expected);
        }
    }

    TEST_CASE("transforms: two epochs of each pipeline, with and without a worker, bit for bit") {
        const Fixture f("transform.npz");
        for (const int workers : {0, 1})
            for (const auto& [name, pipeline] : pipelines) {
                set_global_seed(9);
                Pictures data(f["pictures"], pipeline);
                data.set_attrs({.num_workers = workers});
                for (const int epoch : {0, 1}) check_epoch(f, name, data, epoch);
            }
    }

    TEST_CASE("make_grid and save_image") {
        const Fixture f("transform.npz");
        const test::Folder folder;
        const Var x = f["grid.images"];
        for (const auto& row : grids) {
            const auto& name = row.first;
            const auto& options = row.second;
            CAPTURE(name);
            CHECK_CLOSE(make_grid(x, options), f["grid." + name]);  // -Ofast divides by multiplying
            save_image(x, folder / "grid.ppm", options);
            CHECK_SAME(imread(folder / "grid.ppm"), f["saved." + name]);
        }
    }

    TEST_CASE("PNG files of each kind, as Pillow reads them") {
        const Fixture f("png.npz");
        for (const std::string name :
             {"gray", "gray1", "gray2", "gray4", "gray16", "gray_opacity", "colours", "colours16", "colours_opacity",
              "palette", "palette_opacity", "interlaced", "interlaced1"}) {
            CAPTURE(name);
            const auto bytes = f[name + ".file"].to_vector<std::uint8_t>();
            check_image(array(files::parse_image(std::as_bytes(std::span(bytes)))), f[name + ".pixels"]);
        }
    }
}
