// Recursive descent of bounded depth. A value is a sum of one table an axis from the start on, so that + and - go table
// by table, and what one axis alone decides is worked out entry by entry.
#include "index_expression.hpp"

#include <algorithm>
#include <cctype>
#include <limits>

namespace jt {

using kernels::Guard;
using kernels::Sum;

namespace {

constexpr int max_depth = 64;
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

class Expression {
public:
    Expression(const IndexNames& names, const std::string& text) : names_(names), text_(text) {}

    Sum index() {
        Sum out = sum();
        if (!at_end()) fail_to_read("+ - * / % or nothing more");
        check_range(out);
        return out;
    }

    // With a < b as a - b < 0: open from 0 on.
    Guard guard() {
        const Sum left = sum();
        const std::string sign = comparison();
        const Sum right = sum();
        if (!at_end()) fail_to_read("one comparison and nothing more");
        Sum distance = sign[0] == '>' ? linear('-', right, left) : linear('-', left, right);
        if (sign == "<=" || sign == ">=" || sign == "==") distance = linear('-', distance, number(1));
        check_range(distance);
        return {distance, sign == "!=" ? 1 : sign == "==" ? ~std::uint64_t{0} : std::uint64_t{1} << 63};
    }

private:
    Sum sum() {
        Sum out = product();
        while (const char sign = take("+-")) out = linear(sign, std::move(out), product());
        return out;
    }

    Sum product() {
        Sum out = factor();
        while (const char sign = take("*/%")) out = combined(sign, out, factor());
        return out;
    }

    Sum factor() {
        if (++depth_ > max_depth)
            fail<ValueError>(names_.op, ": needs at most ", max_depth,
                             " brackets and signs within one another, got more in an expression of ", text_.size(),
                             " characters");
        Sum out = take("+") ? factor() : take("-") ? linear('-', number(0), factor()) : take("(") ? inside() : leaf();
        --depth_;
        return out;
    }

    Sum inside() {
        Sum out = sum();
        if (!take(")")) fail_to_read("')'");
        return out;
    }

    Sum leaf() {
        if (is_digit(peek())) return number(digits());
        const std::size_t start = at_;
        const std::string name = letters();
        if ((name != "i" && name != "xshape" && name != "yshape") || at_ == text_.size() || !is_digit(text_[at_])) {
            at_ = start;
            fail_to_read("a number, '(' or a name such as i0, xshape0 or yshape0");
        }
        const Shape& shape = name == "xshape" ? names_.x : names_.y;
        const std::int64_t axis = digits();
        if (axis >= shape.rank())
            fail<ValueError>(names_.op, ": needs a number below ", shape.rank(), " behind ", name, ", got ", axis,
                             " in '", text_, "'");
        return name == "i" ? counter(static_cast<std::size_t>(axis)) : number(shape[static_cast<std::size_t>(axis)]);
    }

    std::string comparison() {
        std::string sign;
        const std::size_t start = at_;
        if (const char c = take("<>=!")) sign += c;
        if (!sign.empty() && at_ < text_.size() && text_[at_] == '=') sign += text_[at_++];
        if (sign.empty() || sign == "=" || sign == "!") {
            at_ = start;
            fail_to_read("< <= > >= == or !=");
        }
        return sign;
    }

    // Characters
    bool at_end() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        return at_ == text_.size();
    }
    char peek() { return at_end() ? '\0' : text_[at_]; }
    char take(const std::string& any) { return at_end() || any.find(text_[at_]) == any.npos ? '\0' : text_[at_++]; }
    std::string letters() {
        const std::size_t start = at_;
        while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_]))) ++at_;
        return text_.substr(start, at_ - start);
    }
    std::int64_t digits() {
        std::int64_t out = 0;
        for (; at_ < text_.size() && is_digit(text_[at_]); ++at_)
            out = worked_out('+', worked_out('*', out, 10), text_[at_] - '0');
        return out;
    }

    // Values
    Sum number(std::int64_t value) const { return {value, std::vector<std::vector<std::int64_t>>(names_.y.size())}; }
    Sum counter(std::size_t axis) const {
        Sum out = number(0);
        out.along[axis].resize(names_.y.numel() == 0 ? 0 : static_cast<std::size_t>(names_.y[axis]));
        for (std::size_t i = 0; i < out.along[axis].size(); ++i) out.along[axis][i] = static_cast<std::int64_t>(i);
        return out;
    }

    Sum linear(char sign, Sum a, const Sum& b) const {
        a.start = worked_out(sign, a.start, b.start);
        for (std::size_t axis = 0; axis < b.along.size(); ++axis) {
            a.along[axis].resize(std::max(a.along[axis].size(), b.along[axis].size()));
            for (std::size_t i = 0; i < b.along[axis].size(); ++i)
                a.along[axis][i] = worked_out(sign, a.along[axis][i], b.along[axis][i]);
        }
        return a;
    }

    Sum combined(char sign, const Sum& a, const Sum& b) const {
        std::vector<std::size_t> axes;
        for (std::size_t axis = 0; axis < a.along.size(); ++axis)
            if (!a.along[axis].empty() || !b.along[axis].empty()) axes.push_back(axis);
        if (axes.size() < 2) return of_one_axis(sign, a, b, axes);
        if (sign == '*' && is_number(b)) return scaled(a, b.start);
        if (sign == '*' && is_number(a)) return scaled(b, a.start);
        fail<ValueError>(names_.op, ": needs * by a number, or * / and % of one of i0, i1, ... alone, got '", text_,
                         "'");
    }

    Sum of_one_axis(char sign, const Sum& a, const Sum& b, const std::vector<std::size_t>& axes) const {
        if (axes.empty()) return number(worked_out(sign, a.start, b.start));
        const auto &left = a.along[axes[0]], &right = b.along[axes[0]];
        Sum out = number(0);
        auto& table = out.along[axes[0]];
        table.resize(std::max(left.size(), right.size()));
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i] = worked_out(sign, left.empty() ? a.start : worked_out('+', a.start, left[i]),
                                  right.empty() ? b.start : worked_out('+', b.start, right[i]));
        return out;
    }

    Sum scaled(Sum a, std::int64_t by) const {
        a.start = worked_out('*', a.start, by);
        for (auto& table : a.along)
            for (auto& entry : table) entry = worked_out('*', entry, by);
        return a;
    }

    static bool is_number(const Sum& a) {
        return std::all_of(a.along.begin(), a.along.end(), [](const auto& table) { return table.empty(); });
    }

    // Throws when the sum has no int64 somewhere.
    void check_range(const Sum& a) const {
        std::int64_t low = a.start, high = a.start;
        for (const auto& table : a.along) {
            if (table.empty()) continue;
            low = worked_out('+', low, *std::min_element(table.begin(), table.end()));
            high = worked_out('+', high, *std::max_element(table.begin(), table.end()));
        }
    }

    std::int64_t worked_out(char sign, std::int64_t a, std::int64_t b) const {
        if ((sign == '/' || sign == '%') && b == 0)
            fail<ValueError>(names_.op, ": needs a divisor other than 0, got '", text_, "'");
        std::int64_t out = 0;
        if (!fits(sign, a, b, out))
            fail<ValueError>(names_.op, ": needs numbers that fit in 63 bits, got '", text_, "'");
        return out;
    }

    static bool fits(char sign, std::int64_t a, std::int64_t b, std::int64_t& out) {
        if (sign == '+') return !__builtin_add_overflow(a, b, &out);
        if (sign == '-') return !__builtin_sub_overflow(a, b, &out);
        if (sign == '*') return !__builtin_mul_overflow(a, b, &out);
        if (a == least && b == -1) return false;
        out = sign == '/' ? a / b : a % b;
        return true;
    }

    // Errors
    [[noreturn]] void fail_to_read(const char* needed) {
        const std::string got = at_end() ? "its end" : std::string{'\'', text_[at_], '\''};
        fail<ValueError>(names_.op, ": needs ", needed, " at character ", at_ + 1, " of '", text_, "', got ", got);
    }

    const IndexNames& names_;
    const std::string& text_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

Sum index_sum(const IndexNames& names, const std::string& expression) { return Expression(names, expression).index(); }
Guard unless(const IndexNames& names, const std::string& condition) { return Expression(names, condition).guard(); }

}  // namespace jt
