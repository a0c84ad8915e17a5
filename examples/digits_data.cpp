// Reading the file of digits, trusting nothing in it.
#include "digits_data.hpp"

#include <zlib.h>

#include <charconv>
#include <memory>
#include <string_view>
#include <vector>

using jt::fail;
using jt::FileError;

namespace {

constexpr int count = 1797, pixels = 64, darkest = 16;
constexpr std::size_t most_bytes = 1 << 20;

std::string unzipped(const std::string& path) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file) fail<FileError>(path, ": cannot be opened");
    std::string content(most_bytes, '\0');
    const int read = gzread(file.get(), content.data(), most_bytes);
    int error = Z_OK;
    const std::string reason = gzerror(file.get(), &error);
    if (read < 0 || error != Z_OK) fail<FileError>(path, ": cannot be read to its end (", reason, ")");
    content.resize(static_cast<std::size_t>(read));
    return content;
}

struct Reader {
    const std::string& path;
    std::string_view rest;
    int line = 1;

    /// The next number, which stands before `end` and lies in [0, largest].
    int number(int largest, char end) {
        int value = -1;
        const char *first = rest.data(), *last = first + rest.size();
        const auto [stop, error] = std::from_chars(first, last, value);
        if (error != std::errc() || value < 0 || value > largest || stop == last || *stop != end)
            fail<FileError>(path, ": line ", line, " needs 64 pixels from 0 to 16 and a label from 0 to 9");
        rest.remove_prefix(static_cast<std::size_t>(stop + 1 - first));
        return value;
    }
};

}  // namespace

Digits read_digits(const std::string& path) {
    const std::string content = unzipped(path);
    std::vector<float> images;
    std::vector<int> labels;
    Reader reader{path, content};
    for (; !reader.rest.empty() && reader.line <= count; ++reader.line) {
        for (int k = 0; k < pixels; ++k) images.push_back(static_cast<float>(reader.number(darkest, ',')) / darkest);
        labels.push_back(reader.number(9, '\n'));
    }
    if (!reader.rest.empty()) fail<FileError>(path, ": needs ", count, " digits, got more");
    if (labels.size() != count) fail<FileError>(path, ": needs ", count, " digits, got ", labels.size());
    return {jt::array(images).reshape({count, pixels}), jt::array(labels)};
}

Split split(const Digits& digits) {
    const std::int64_t tests = digits.size() / 5;
    const jt::Var order = jt::randperm(digits.size());
    return {digits.at(order[jt::Slice{tests}]), digits.at(order[jt::Slice{0, tests}])};
}
