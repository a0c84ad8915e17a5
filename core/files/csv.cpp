#include "csv.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <string_view>
#include <vector>

#include "gzip.hpp"

namespace jt {

namespace {

using files::Source;

std::string_view trimmed(std::string_view text, char delimiter) {
    const auto blank = [&](char c) { return c != delimiter && (c == ' ' || c == '\t' || c == '\r'); };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

/// What stands before the next `end`, which is passed.
std::string_view cut(std::string_view& text, char end) {
    const std::string_view part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    return part;
}

template <class T>
class Table {
public:
    Table(const Source& source, const CsvOptions& options) : source_(source), delimiter_(options.delimiter) {}

    void add(std::string_view line, std::int64_t number) {
        line_ = number;
        std::int64_t columns = 0;
        for (bool more = true; more; ++columns) {
            more = line.find(delimiter_) != std::string_view::npos;
            values_.push_back(value(trimmed(cut(line, delimiter_), delimiter_), columns + 1));
        }
        if (rows_++ == 0) columns_ = columns;
        if (columns != columns_)
            source_.reject("BadRow", "line ", line_, ": needs ", columns_, " numbers, got ", columns);
    }
    Array array() const {
        if (rows_ == 0) source_.reject("NoData", "needs a line of numbers, got none");
        Array out({rows_, columns_}, dtype_of<T>);
        std::memcpy(out.raw(), values_.data(), out.bytes());
        return out;
    }

private:
    T value(std::string_view text, std::int64_t column) const {
        // A float is read as a double, so that what is too small for it becomes 0.
        std::conditional_t<std::is_same_v<T, float>, double, T> out{};
        const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
        if (error != std::errc() || stop != digits.data() + digits.size() || text.starts_with("+-"))
            source_.reject("BadNumber", "line ", line_, ", column ", column, ": needs a number of ", dtype_of<T>,
                           ", got ", files::shown(std::string(text)), hint(text));
        return static_cast<T>(out);
    }

    /// What helps where the first line has the names of the columns.
    std::string hint(std::string_view text) const {
        const bool word = !text.empty() && (std::isalpha(static_cast<unsigned char>(text[0])) || text[0] == '"');
        return rows_ == 0 && word ? " (skip_rows = " + std::to_string(line_) + " passes over names of columns)" : "";
    }

    const Source& source_;
    char delimiter_;
    std::int64_t line_ = 0, rows_ = 0, columns_ = 0;
    std::vector<T> values_;
};

template <class T>
Array parsed(const Source& source, std::string_view text, const CsvOptions& options) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    Table<T> table(source, options);
    for (std::int64_t number = 1; !text.empty(); ++number) {
        const std::string_view line = cut(text, '\n');
        if (number > options.skip_rows && !trimmed(line, '\n').empty()) table.add(line, number);
    }
    return table.array();
}

}  // namespace

Array load_csv(const std::string& path, const CsvOptions& options) {
    if (options.skip_rows < 0) fail<ValueError>("read_csv: needs skip_rows of 0 or more, got ", options.skip_rows);
    if (options.dtype == bool_) fail<DtypeError>("read_csv: needs a dtype of numbers, got bool");
    files::Unpacked in("read_csv", path);
    const std::string text = in.rest();
    return dispatch(options.dtype, [&]<class T>(T) -> Array {
        if constexpr (std::is_same_v<T, bool>)
            return {};
        else
            return parsed<T>(in, text, options);
    });
}

}  // namespace jt
