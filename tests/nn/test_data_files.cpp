// Datasets from files, and tables of numbers: good ones, and each error's text.
#include <zlib.h>

#include <fstream>
#include <functional>

#include "../../nn/data/cifar.hpp"
#include "../../nn/data/csv.hpp"
#include "../../nn/data/mnist.hpp"
#include "../../nn/image/image.hpp"
#include "../../nn/transform/geometry.hpp"
#include "../check.hpp"
#include "../files/temporary.hpp"

using namespace jt;
using namespace jt::dataset;
using namespace std::string_literals;

namespace {

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

void write_packed(const std::string& path, const std::string& bytes, const char* mode = "wb9") {
    const gzFile file = gzopen(path.c_str(), mode);
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
}

std::string number(int n) { return {0, 0, static_cast<char>(n >> 8), static_cast<char>(n)}; }

// Pixel p of image k is 10 k + p; labels 5, 6, 7, ...
std::string images(int n) {
    std::string out = number(0x803) + number(n) + number(2) + number(3);
    for (int k = 0; k < n; ++k)
        for (int pixel = 0; pixel < 6; ++pixel) out += static_cast<char>(10 * k + pixel);
    return out;
}
std::string labels(int n) {
    std::string out = number(0x801) + number(n);
    for (int k = 0; k < n; ++k) out += static_cast<char>(5 + k);
    return out;
}

// Class, then planes of red 1, green 2 and blue 3, but for the first pixel: 7, 8, 9.
std::string record(char label) {
    std::string out(1, label);
    for (const char channel : {1, 2, 3}) out += static_cast<char>(channel + 6) + std::string(1023, channel);
    return out;
}

/// The message of the FileError that f throws, from behind the last path.
template <class F>
std::string refusal(F f) {
    try {
        f();
    } catch (const FileError& error) {
        const std::string message = error.what();
        return message.substr(message.rfind("': ") == std::string::npos ? 0 : message.find("': ") + 3);
    }
    return "none";
}

std::string mnist_refusal(const std::string& image_bytes, const std::string& label_bytes = labels(2)) {
    const test::Folder folder;
    write(folder / "train-images-idx3-ubyte", image_bytes);
    write(folder / "train-labels-idx1-ubyte", label_bytes);
    return refusal([&] { MNIST data(folder / ""); });
}

/// Functions of a path.
const std::vector<std::pair<std::string, std::function<Var(const std::string&)>>> readers = {
    {"imread", [](const std::string& path) { return imread(path); }},
    {"read_csv", [](const std::string& path) { return read_csv(path); }},
};

Var csv(const std::string& text, const CsvOptions& options = {}) {
    const test::Folder folder;
    write(folder / "x.csv", text);
    return read_csv(folder / "x.csv", options);
}

std::string csv_refusal(const std::string& text, const CsvOptions& options = {}) {
    return refusal([&] { csv(text, options); });
}

// Two gray images to learn from, 0 and 1; one in colour to test with.
LabelledImages read_squares(const std::string& root, bool train) {
    if (root != "squares") fail<FileError>("Squares: needs squares, got ", root);
    if (!train) return {Array::full({1, 2, 2, 3}, 7, uint8), Array::full({1}, 9, uint8)};
    return {arange(8).reshape({2, 2, 2}).cast(uint8).array(), arange(2).cast(uint8).array()};
}

struct Squares : FromFolder<read_squares> {
    using FromFolder::FromFolder;
};

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("a dataset of a folder is a function that reads it") {
        const Squares train("squares"), test("squares", false, transform::Gray());
        CHECK_EQ(train.size(), 2);
        const Var second = (arange(4) + 4).reshape({2, 2, 1}).broadcast({2, 2, 3}).cast(uint8);
        CHECK_SAME(std::get<0>(train[1]), second);
        CHECK_EQ(std::get<1>(train[1]), 1);
        CHECK_EQ(test.size(), 1);
        CHECK_EQ(std::get<0>(test[0]).shape(), Shape{1, 2, 2});
        CHECK_EQ(Squares("squares", {.train = false}).size(), 1);
        CHECK_THROWS_WITH_AS(Squares("circles"), "Squares: needs squares, got circles", FileError);
    }

    TEST_CASE("MNIST: plain and packed files, with and without a transform and a worker") {
        const test::Folder folder;
        write_packed(folder / "train-images-idx3-ubyte.gz", images(3));
        write(folder / "train-labels-idx1-ubyte", labels(3));
        write(folder / "t10k-images-idx3-ubyte", images(1));
        write_packed(folder / "t10k-labels-idx1-ubyte.gz", labels(1));
        MNIST train(folder / ""), test(folder / "", {.train = false});
        CHECK_EQ(train.size(), 3);
        CHECK_EQ(test.size(), 1);
        const auto [image, label] = train[1];
        CHECK_EQ(label, 6);
        const Var plane = (arange(6) + 10).reshape({2, 3}).float32() * static_cast<float>(1 / 255.0);
        CHECK_SAME(image, stack({plane, plane, plane}));
        const auto flipped = [](const Var& x) { return transform::hflip(x); };
        for (const int workers : {0, 1}) {
            MNIST data(folder / "", {.transform = flipped});
            data.set_attrs({.batch_size = 2, .num_workers = workers});
            std::vector<int> seen;
            for (const auto& [x, y] : data) {
                CHECK_EQ(x.shape(), Shape{y.shape(0), 3, 2, 3});
                for (const int k : y.to_vector<int>()) seen.push_back(k);
                if (y[0].item() == 5) CHECK_SAME(x[1], stack({plane, plane, plane}).flip(2));
            }
            CHECK_EQ(seen, std::vector<int>{5, 6, 7});
        }
        MNIST gray(folder / "", {.transform = transform::Gray()});
        CHECK_EQ(std::get<0>(gray[0]).shape(), Shape{1, 2, 3});
        CHECK_EQ(MNIST(folder / "", false).size(), 1);
        CHECK_EQ(MNIST(folder / "", {}).size(), 3);
        CHECK_EQ(std::get<0>(MNIST(folder / "", true, transform::Gray())[2]).shape(), Shape{1, 2, 3});
    }

    TEST_CASE("MNIST: what it does not read") {
        const test::Folder folder;
        CHECK_THROWS_WITH_AS(MNIST(folder / "none"),
                             ("MNIST: '" + (folder / "none") +
                              "': Io: needs train-images-idx3-ubyte.gz or train-images-idx3-ubyte, got neither")
                                 .c_str(),
                             FileError);
        CHECK_EQ(mnist_refusal(images(2)), "none");
        CHECK_EQ(mnist_refusal(images(3)), "BadData: needs a label an image, got 3 images and 2 labels");
        CHECK_EQ(mnist_refusal(images(2), images(2)), "BadHeader: byte 0: needs the magic number 2049, got 2051");
        CHECK_EQ(mnist_refusal("abc"), "Truncated: needs a header of 16 bytes, got 3");
        CHECK_EQ(mnist_refusal(images(2).substr(0, 27)), "DataTruncated: needs 12 bytes of numbers, got 11");
        CHECK_EQ(mnist_refusal(images(2) + 'x'), "ExtraData: needs 12 bytes of numbers, got more");
        CHECK_EQ(mnist_refusal(images(0)), "BadHeader: byte 4: needs an extent of 1 or more, got 0");
        const std::string huge(4, '\xff');
        CHECK_EQ(mnist_refusal(number(0x803) + huge + huge + huge),
                 "DataTruncated: needs numbers for (4294967295, 4294967295, 4294967295), which the file cannot hold");
    }

    TEST_CASE("MNIST: packed files that are cut, spoiled, or larger than they say") {
        const test::Folder folder;
        const std::string path = folder / "train-images-idx3-ubyte.gz";
        write(folder / "train-labels-idx1-ubyte", labels(2));
        const auto refused = [&](const std::string& bytes) {
            write(path, bytes);
            return refusal([&] { MNIST data(folder / ""); });
        };
        write_packed(path, images(2));
        const std::string whole = test::bytes_of(path);
        CHECK_EQ(refused(whole + whole), "ExtraData: needs 12 bytes of numbers, got more");
        for (std::size_t size = 2; size < whole.size(); ++size)
            CHECK_EQ(refused(whole.substr(0, size)), "Truncated: needs more gzip data, got the end of the file");
        CHECK_EQ(refused(whole + "xy"),
                 "BadGzip: byte " + std::to_string(whole.size() + 2) + ": incorrect header check");
        write_packed(path, images(2) + std::string(50 << 20, '\0'));
        CHECK_EQ(refusal([&] { MNIST data(folder / ""); }), "ExtraData: needs 12 bytes of numbers, got more");
    }

    TEST_CASE("CIFAR10: batches in the folder or the one below, with and without a transform and a worker") {
        const test::Folder folder;
        std::filesystem::create_directory(folder / "cifar-10-batches-bin");
        const auto path = [&](const std::string& name) { return folder / ("cifar-10-batches-bin/" + name); };
        for (const char k : {1, 2, 3, 4, 5})
            write(path("data_batch_"s + static_cast<char>('0' + k) + ".bin"), record(k) + record(0));
        write(folder / "test_batch.bin", record(9));
        CIFAR10 train(folder / ""), test(folder / "", {.train = false});
        CHECK_EQ(train.size(), 10);
        CHECK_EQ(std::get<1>(test[0]), 9);
        CHECK_EQ(std::get<1>(train[8]), 5);
        CHECK_EQ(CIFAR10(folder / "", false).size(), 1);
        CHECK_EQ(CIFAR10(folder / "", {}).size(), 10);
        CHECK_EQ(std::get<0>(CIFAR10(folder / "", true, transform::Resize(4))[0]).shape(), Shape{4, 4, 3});
        Var expected = full({32, 32, 3}, 1, uint8) + array({0, 1, 2}, uint8);
        expected = expected.cast(uint8);
        expected[{0, 0}] = array({7, 8, 9}, uint8);
        CHECK_SAME(std::get<0>(train[4]), expected);
        for (const int workers : {0, 1}) {
            CIFAR10 data(folder / "", {.transform = transform::Compose({transform::Resize(4), transform::ToTensor()})});
            data.set_attrs({.batch_size = 4, .num_workers = workers});
            std::vector<int> seen;
            for (const auto& [x, y] : data) {
                CHECK_EQ(x.shape(), Shape{y.shape(0), 3, 4, 4});
                for (const int k : y.to_vector<int>()) seen.push_back(k);
            }
            CHECK_EQ(seen, std::vector<int>{1, 0, 2, 0, 3, 0, 4, 0, 5, 0});
        }
    }

    TEST_CASE("CIFAR10: what it does not read") {
        const test::Folder folder;
        const auto refused = [&] { return refusal([&] { CIFAR10 data(folder / "", {.train = false}); }); };
        CHECK_EQ(refused(), "Io: needs test_batch.bin, or the folder that holds it, got neither");
        write(folder / "test_batch.bin", "");
        CHECK_EQ(refused(), "BadData: needs records of 3073 bytes, got 0 bytes");
        write(folder / "test_batch.bin", record(1) + 'x');
        CHECK_EQ(refused(), "BadData: needs records of 3073 bytes, got 3074 bytes");
        write(folder / "test_batch.bin", record(1) + record('\xff'));
        CHECK_EQ(refused(), "BadData: byte 3073: needs a class from 0 to 9, got 255");
        CHECK_THROWS_AS(CIFAR10(folder / ""), FileError);
    }

    TEST_CASE("read_csv: numbers of each dtype, blanks, other delimiters, lines passed over, packed") {
        CHECK_SAME(csv("1,2\n3,4.5\n"), array({{1, 2}, {3, 4.5}}));
        CHECK_SAME(csv(" +1 ,\t-2e3\r\n\r\n  nan,inf\r\n1e-99, .5"), array({{1., -2000.}, {NAN, INFINITY}, {0., .5}}));
        CHECK_SAME(csv("a;b\n1;2", {.skip_rows = 1, .delimiter = ';'}), array({{1., 2.}}));
        CHECK_SAME(csv("1\t2\n3\t4", {.delimiter = '\t'}), array({{1., 2.}, {3., 4.}}));
        CHECK_SAME(csv("9007199254740993\n-1", {.dtype = int64}),
                   array(std::vector<std::int64_t>{9007199254740993, -1}, int64).unsqueeze(1));
        CHECK_SAME(csv("0,255", {.dtype = uint8}), array({{0, 255}}, uint8));
        CHECK_SAME(csv("0.1", {.dtype = float64}), array({{0.1}}, float64));
        const test::Folder folder;
        write_packed(folder / "x.gz", "1,2\n");
        write_packed(folder / "x.gz", "3,4\n", "ab");
        CHECK_SAME(read_csv(folder / "x.gz"), array({{1., 2.}, {3., 4.}}));
    }

    TEST_CASE("what reads a file names it") {
        const test::Folder folder;
        for (const auto& row : readers) {
            const std::string path = folder / row.first;
            CHECK_THROWS_WITH_AS(
                row.second(path),
                (row.first + ": '" + path + "': Io: cannot be opened: No such file or directory").c_str(), FileError);
            CHECK_THROWS_WITH_AS(row.second(folder / ""),
                                 (row.first + ": '" + (folder / "") + "': Io: needs a file, got a folder").c_str(),
                                 FileError);
        }
    }

    TEST_CASE("read_csv: what is refused, by line and column") {
        CHECK_EQ(csv_refusal(""), "NoData: needs a line of numbers, got none");
        CHECK_EQ(csv_refusal("1,2", {.skip_rows = 5}), "NoData: needs a line of numbers, got none");
        CHECK_EQ(csv_refusal("1,2\n\n3,x1"), "BadNumber: line 3, column 2: needs a number of float32, got 'x1'");
        CHECK_EQ(csv_refusal("1,2\n3,"), "BadNumber: line 2, column 2: needs a number of float32, got ''");
        CHECK_EQ(csv_refusal("1,2\n3"), "BadRow: line 2: needs 2 numbers, got 1");
        CHECK_EQ(csv_refusal("1\n3,4,5"), "BadRow: line 2: needs 1 numbers, got 3");
        CHECK_EQ(
            csv_refusal("\nwidth,height\n3,4"),
            "BadNumber: line 2, column 1: needs a number of float32, got 'width' (skip_rows = 2 passes over names of "
            "columns)");
        CHECK_SAME(csv("\nwidth,height\n3,4", {.skip_rows = 2}), array({{3., 4.}}));
        CHECK_EQ(csv_refusal("1,2\nx,3"), "BadNumber: line 2, column 1: needs a number of float32, got 'x'");
        CHECK_SAME(csv("\xef\xbb\xbf"
                       "1,2"),
                   array({{1., 2.}}));
        for (const std::string& text : {"1 2"s, "+-1"s, "++1"s, "1.5.2"s, "0x10"s, "1\0"s, "\"1\""s}) {
            CAPTURE(text);
            CHECK_EQ(csv_refusal(text).substr(0, 10), "BadNumber:");
        }
        for (const char* text : {"1.5", "2147483648", "nan"}) CHECK_NE(csv_refusal(text, {.dtype = int32}), "none");
        CHECK_EQ(csv_refusal("256", {.dtype = uint8}),
                 "BadNumber: line 1, column 1: needs a number of uint8, got '256'");
        CHECK_THROWS_WITH_AS(csv("1", {.skip_rows = -1}), "read_csv: needs skip_rows of 0 or more, got -1", ValueError);
        CHECK_THROWS_WITH_AS(csv("1", {.dtype = bool_}), "read_csv: needs a dtype of numbers, got bool", DtypeError);
        const test::Folder folder;
        write_packed(folder / "bomb.gz", std::string(40 << 20, '\n'));
        CHECK_EQ(refusal([&] { read_csv(folder / "bomb.gz"); }).substr(0, 9), "TooLarge:");
    }
}
