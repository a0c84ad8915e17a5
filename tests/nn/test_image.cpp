// Images: there and back, PGM and PPM, broken and hostile files, grids. PNG of each kind stands in
// tests/jittor/test_transform.cpp.
#include "../../nn/image/image.hpp"

#include <zlib.h>

#include <fstream>

#include "../../autograd/grad.hpp"
#include "../../core/files/image.hpp"
#include "../check.hpp"
#include "../files/temporary.hpp"

using namespace jt;
using namespace std::string_literals;

namespace {

std::string big_endian(std::uint32_t n) {
    std::string out;
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(n >> shift & 255);
    return out;
}

std::string chunk(const std::string& name, const std::string& data) {
    const std::string body = name + data;
    const uLong sum = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(static_cast<std::uint32_t>(sum));
}

std::string packed(const std::string& data) {
    uLongf size = compressBound(data.size());
    std::string out(size, '\0');
    compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(data.data()), data.size());
    return out.substr(0, size);
}

const std::string mark = "\x89PNG\r\n\x1a\n";

std::string head(std::uint32_t width, std::uint32_t height, const std::string& rest = {8, 0, 0, 0, 0}) {
    return mark + chunk("IHDR", big_endian(width) + big_endian(height) + rest);
}

const std::string two_by_two = head(2, 2) + chunk("IDAT", packed("\0\1\2\0\3\4"s)) + chunk("IEND", "");

std::string spoiled(std::string bytes, std::size_t at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    return bytes;
}

Var parsed(const std::string& bytes) { return array(files::parse_image(std::as_bytes(std::span(bytes)))); }

std::string refusal(const std::string& bytes) {
    try {
        parsed(bytes);
    } catch (const FileError& error) {
        return error.what();
    }
    return "";
}

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("imwrite and imread: each number of channels, there and back") {
        const test::Folder folder;
        for (const int channels : {1, 2, 3, 4}) {
            const Var x = (arange(20 * channels) * 7).cast(uint8).reshape({4, 5, channels});
            imwrite(folder / "x.png", x);
            CHECK_SAME(imread(folder / "x.png"), x);
            if (channels % 2 == 0) continue;
            imwrite(folder / "x.ppm", x);
            CHECK_SAME(imread(folder / "x.ppm"), x);
        }
        const Var plane = arange(6, uint8).reshape({2, 3});
        imwrite(folder / "x.pgm", plane);
        CHECK_EQ(test::bytes_of(folder / "x.pgm"), "P5\n3 2\n255\n\0\1\2\3\4\5"s);
        CHECK_SAME(imread(folder / "x.pgm"), plane.unsqueeze(2));
        CHECK_EQ(folder.files(), 3);
    }

    TEST_CASE("imwrite: what it refuses leaves the old file alone") {
        const test::Folder folder;
        const std::string ppm = folder / "x.ppm";
        write(ppm, "old");
        const std::string at = "imwrite: '" + ppm + "': ";
        CHECK_THROWS_WITH_AS(imwrite(ppm, zeros({2, 2, 4}, uint8)),
                             (at + "NoImage: needs 1 or 3 channels, got 4; a .png takes 1 to 4").c_str(), FileError);
        CHECK_THROWS_WITH_AS(imwrite(ppm, zeros({2, 2, 3})),
                             "imwrite: needs an image of uint8, got float32; save_image takes floats", DtypeError);
        CHECK_THROWS_WITH_AS(imwrite(ppm, zeros({2, 2, 3, 1}, uint8)),
                             "imwrite: needs an image (h, w) or (h, w, c), got (2, 2, 3, 1)", ShapeError);
        CHECK_THROWS_AS(imwrite(ppm, zeros({2, 0, 3}, uint8)), ShapeError);
        CHECK_THROWS_AS(imwrite(ppm, Var()), GraphError);
        CHECK_THROWS_WITH_AS(
            imwrite(folder / "x.bmp", zeros({2, 2}, uint8)),
            ("imwrite: '" + (folder / "x.bmp") + "': NoImage: needs a name that ends in .png, .pgm, .ppm or .pnm")
                .c_str(),
            FileError);
        CHECK_THROWS_AS(imwrite(folder / "x.png", zeros({2, 2, 5}, uint8)), FileError);
        CHECK_THROWS_AS(imwrite(folder / "none/x.png", zeros({2, 2}, uint8)), FileError);
        CHECK_EQ(test::bytes_of(ppm), "old");
        CHECK_EQ(folder.files(), 1);
    }

    TEST_CASE("PGM and PPM: words and bytes, comments, other largest values") {
        CHECK_SAME(parsed("P2 # gray\n2 # wide\n1\n255\n7 # last but one\n 255"), array({{{7}, {255}}}, uint8));
        CHECK_SAME(parsed("P3\n1 1\n10\n0 5 10\n"), array({{{0, 128, 255}}}, uint8));
        CHECK_SAME(parsed("P6 1 1 255 \1\2\3ignored"), array({{{1, 2, 3}}}, uint8));
        CHECK_SAME(parsed("P5 2 1 65535\n\x80\x00\xff\xff"s), array({{{128}, {255}}}, uint8));
        CHECK_SAME(parsed("P5 2 1 3\n\0\2"s), array({{{0}, {170}}}, uint8));
    }

    TEST_CASE("PGM and PPM: what is refused") {
        const std::pair<std::string, std::string> rows[] = {
            {"P", "NoImage: needs P2, P3, P5 or P6, got 'P'"},
            {"P4 1 1 x", "NoImage: needs P2, P3, P5 or P6, got 'P4'"},
            {"P5", "BadHeader: byte 2: needs a width from 1 to 2147483647, got ''"},
            {"P5 x", "BadHeader: byte 3: needs a width from 1 to 2147483647, got 'x'"},
            {"P5 0 1 255 x", "BadHeader: byte 3: needs a width from 1 to 2147483647, got '0'"},
            {"P5 1 -1 255 x", "BadHeader: byte 5: needs a height from 1 to 2147483647, got '-'"},
            {"P5 1 99999999999999999999 255 x",
             "BadHeader: byte 5: needs a height from 1 to 2147483647, got '9999999999'"},
            {"P5 1 1 65536 x", "BadHeader: byte 7: needs a largest value from 1 to 65535, got '65536'"},
            {"P5 1 1 255x", "BadHeader: byte 10: needs a blank before the pixels"},
            {"P5 1 1 255", "BadHeader: byte 10: needs a blank before the pixels"},
            {"P6 2147483647 2147483647 255 \1\2\3",
             "DataTruncated: needs 2147483647 rows of 2147483647 pixels, got 3 bytes for them"},
            {"P6 1 2 255 \1\2\3\4\5", "DataTruncated: needs 2 rows of 1 pixels, got 5 bytes for them"},
            {"P5 1 2 256 \1\2\3", "DataTruncated: needs 2 rows of 1 pixels, got 3 bytes for them"},
            {"P2 2 1 255 1", "DataTruncated: needs 1 rows of 2 pixels, got 2 bytes for them"},
            {"P2 2 1 255 111", "DataTruncated: byte 14: needs a pixel, got the end"},
            {"P2 2 1 255 1 x1", "BadPixel: byte 13: needs a pixel, got 'x'"},
            {"P2 1 1 255 256", "BadPixel: byte 14: needs a pixel up to 255, got 256"},
            {"P5 1 1 9 \x0a", "BadPixel: byte 10: needs a pixel up to 9, got 10"},
            {"", "NoImage: needs PNG, PGM or PPM, got an empty file"},
            {"GIF89a..", "NoImage: needs PNG, PGM or PPM, got a file that begins with 'GIF89a..'"},
        };
        for (const auto& row : rows) {
            const auto& bytes = row.first;
            const auto& text = row.second;
            CAPTURE(bytes);
            CHECK_EQ(refusal(bytes), "imread: " + text);
        }
    }

    TEST_CASE("PNG: what is refused, before anything is allocated for it") {
        CHECK_SAME(parsed(two_by_two), array({{{1}, {2}}, {{3}, {4}}}, uint8));
        const std::pair<std::string, std::string> rows[] = {
            {head(0x7fffffff, 0x7fffffff) + chunk("IDAT", packed("x")) + chunk("IEND", ""),
             "TooLarge: needs 2147483647 rows of 2147483647 pixels, which 66 bytes cannot hold"},
            {head(0x7fffffff, 0x7fffffff, {16, 6, 0, 0, 0}) + chunk("IDAT", packed("x")) + chunk("IEND", ""),
             "TooLarge: needs 2147483647 rows of 2147483647 pixels, which 66 bytes cannot hold"},
            {head(100000, 1) + chunk("IDAT", packed("x")),
             "TooLarge: needs 1 rows of 100000 pixels, which 54 bytes cannot hold"},
        };
        for (const auto& row : rows) {
            const auto& bytes = row.first;
            const auto& text = row.second;
            CAPTURE(text);
            CHECK_EQ(refusal(bytes), "imread: " + text);
        }
    }

    TEST_CASE("PNG: what libpng refuses, in its words behind the place") {
        const std::pair<std::string, int> rows[] = {
            {mark, 8},
            {head(0, 2), 33},
            {head(2, 2, {3, 0, 0, 0, 0}), 33},
            {head(2, 2), 33},
            {two_by_two.substr(0, two_by_two.size() - 1), 67},
            {spoiled(two_by_two, 20), 33},
            {spoiled(two_by_two, 50), 59},
            {head(2, 2) + chunk("IDAT", packed("\0\1\2"s)) + chunk("IEND", ""), 64},
            {head(2, 2) + chunk("IEND", ""), 41},
            {head(2, 2, {8, 3, 0, 0, 0}) + chunk("IDAT", packed("\0\1\2\0\3\4"s)) + chunk("IEND", ""), 41},
        };
        for (const auto& row : rows) {
            const auto& bytes = row.first;
            const auto& at = row.second;
            CAPTURE(at);
            const auto place = "imread: BadPng: byte " + std::to_string(at) + ": ";
            CHECK_EQ(refusal(bytes).substr(0, place.size()), place);
            CHECK_GT(refusal(bytes).size(), place.size());
        }
    }

    TEST_CASE("PNG: no cut of a file crashes, and all are refused") {
        for (std::size_t size = 0; size < two_by_two.size(); ++size) CHECK_NE(refusal(two_by_two.substr(0, size)), "");
        for (std::size_t at = 8; at < two_by_two.size(); ++at) refusal(spoiled(two_by_two, at));
    }

    TEST_CASE("imread names the file") {
        const test::Folder folder;
        const std::string path = folder / "x.png";
        CHECK_THROWS_WITH_AS(imread(path),
                             ("imread: '" + path + "': Io: cannot be opened: No such file or directory").c_str(),
                             FileError);
        write(path, mark);
        CHECK_THROWS_WITH_AS(imread(path), ("imread: '" + path + "': BadPng: byte 8: the file ends too early").c_str(),
                             FileError);
    }

    TEST_CASE("make_grid: single images, lists, gradients, what it refuses") {
        const Var image = rand({3, 4, 5}), one = rand({1, 3, 4, 5});
        CHECK_SAME(make_grid(image), image);
        CHECK_SAME(make_grid(one), one);
        CHECK_SAME(make_grid(Vars{image, image}, {.nrow = 1}), make_grid(stack({image, image}), {.nrow = 1}));
        CHECK_SAME(make_grid(ones({2, 1, 1, 1}), {.padding = 1, .pad_value = 0.5}),
                   array({{{.5, .5, .5, .5, .5}, {.5, 1., .5, 1., .5}, {.5, .5, .5, .5, .5}}}));
        const Var x = rand({3, 1, 2, 2});
        CHECK_SAME(grad(make_grid(x, {.nrow = 2}).sum(), x), ones({3, 1, 2, 2}));
        CHECK_THROWS_WITH_AS(make_grid(x, {.nrow = 0}), "make_grid: needs nrow of 1 or more, got 0", ValueError);
        CHECK_THROWS_WITH_AS(make_grid(x, {.padding = -1}), "make_grid: needs padding of 0 or more, got -1",
                             ValueError);
        CHECK_THROWS_WITH_AS(make_grid(ones({1, 1, 1, 1, 1})),
                             "make_grid: needs images (n, c, h, w), got (1, 1, 1, 1, 1)", ShapeError);
        CHECK_THROWS_AS(make_grid(Var()), GraphError);
    }

    TEST_CASE("make_grid: equal numbers are 0, and a range rises") {
        for (const Dtype dtype : {float32, float64, uint8})
            CHECK_CLOSE(make_grid(ones({2, 1, 1, 1}, dtype), {.padding = 0, .normalize = true}), zeros({1, 1, 2}));
        CHECK_CLOSE(make_grid(array({{{7, 9}}}), {.normalize = true}), array({{{0., 1.}}}));
        CHECK_EQ(make_grid(zeros({0, 3, 2, 2}), {.normalize = true}).shape(), Shape{0, 3, 2, 2});
        const Var x = ones({2, 1, 2, 2});
        CHECK_SAME(grad(make_grid(x, {.normalize = true}).sum(), x).isfinite(), ones({2, 1, 2, 2}, bool_));
        CHECK_THROWS_WITH_AS(make_grid(x, {.normalize = true, .range = ImageRange{.5, .5}}),
                             "make_grid: needs a range that rises, got 0.5 and 0.5", ValueError);
        for (const ImageRange range : {ImageRange{1, 0}, ImageRange{NAN, 1}, ImageRange{0, INFINITY}})
            CHECK_THROWS_AS(make_grid(x, {.normalize = true, .range = range}), ValueError);
    }

    TEST_CASE("make_grid and save_image refuse in their own name") {
        const test::Folder folder;
        const std::string path = folder / "x.png";
        const auto refused = [&](const Vars& x, const std::string& text) {
            CHECK_THROWS_WITH(make_grid(x), ("make_grid: " + text).c_str());
            CHECK_THROWS_WITH(save_image(x, path), ("save_image: " + text).c_str());
        };
        refused({}, "needs at least one image, got none");
        refused({ones({1, 2, 2}), ones({2, 2, 2})}, "needs images of one shape, got (1, 2, 2) and (2, 2, 2)");
        refused({ones({2, 2}), ones({1, 2, 2})}, "needs images of one shape, got (2, 2) and (1, 2, 2)");
        refused({ones({1, 1, 2, 2})}, "needs images (c, h, w) or (h, w), got (1, 1, 2, 2)");
        CHECK_THROWS_AS(make_grid(Vars{Var()}), GraphError);
        CHECK_THROWS_WITH(make_grid(ones({2, 1, 2, 2}), {.padding = 2000000000}), doctest::Contains("make_grid: "));
        CHECK_THROWS_WITH(make_grid(ones({std::int64_t{1} << 40, 0, 2, 2}), {.nrow = 1, .padding = 2000000000}),
                          doctest::Contains("make_grid: "));
        CHECK_THROWS_WITH(save_image(zeros({0, 3, 4, 4}), path), doctest::Contains("save_image: "));
        CHECK_THROWS_WITH(save_image(zeros({3, 0, 4}), path), "save_image: needs at least one pixel, got (3, 0, 4)");
        CHECK_THROWS_WITH(save_image(ones({2, 2}), path, {.nrow = 0}), "save_image: needs nrow of 1 or more, got 0");
    }

    TEST_CASE("save_image: single images of each rank, and numbers outside 0 to 1") {
        const test::Folder folder;
        const std::string path = folder / "x.pgm";
        const Var x = array({{-1.0, 0.5}, {0.999, 7.0}});
        for (const Shape& shape : {Shape{2, 2}, Shape{1, 2, 2}, Shape{1, 1, 2, 2}}) {
            save_image(x.reshape(shape), path);
            CHECK_SAME(imread(path), array({{{0}, {128}}, {{255}, {255}}}, uint8));
        }
        save_image(Vars{x.unsqueeze(0), x.unsqueeze(0)}, path, {.padding = 0});
        CHECK_EQ(imread(path).shape(), Shape{2, 4, 1});
        save_image(Vars{x, x}, path, {.padding = 0});
        CHECK_EQ(imread(path).shape(), Shape{2, 4, 1});
        for (const Dtype dtype : {bool_, int32, int64, float64}) {
            save_image(array({{0, 1}}).cast(dtype), path);
            CHECK_SAME(imread(path), array({{{0}, {255}}}, uint8));
        }
        const Var bytes = array({{0, 51, 255}}, uint8);
        CHECK_THROWS_WITH_AS(save_image(bytes, path),
                             "save_image: needs numbers from 0 to 1, got uint8; imwrite takes bytes, (h, w, c)",
                             DtypeError);
        save_image(bytes, path, {.normalize = true});
        CHECK_SAME(imread(path), bytes.unsqueeze(2));
        CHECK_THROWS_WITH_AS(save_image(ones({4}), path),
                             "save_image: needs images (n, c, h, w), (c, h, w) or (h, w), got (4,)", ShapeError);
    }
}
