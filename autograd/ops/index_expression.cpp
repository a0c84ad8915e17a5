// Recursive descent of bounded depth. A value is a sum of what each axis adds, so that + and - go axis by axis. Steps
// stay steps; anything else that one axis alone decides is worked out index by index, as a table.
#include "index_expression.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <utility>

namespace jt {

using kernels::Guard;
using kernels::Sum;
using kernels::Term;

namespace {

constexpr int max_depth = 64;
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

class Expression {
public:
    Expression(const IndexNames& names, const std::string& text) : names_(names), text_(text) {}

    IndexValue index() {
        Sum out = sum();
        if (!at_end()) fail_to_read("+ - * / % or nothing more");
        return ranged(std::move(out));
    }

    // With a < b as a - b < 0: open from 0 on.
    Guard guard() {
        const Sum left = sum();
        const std::string sign = comparison();
        const Sum right = sum();
        if (!at_end()) fail_to_read("one comparison and nothing more");
        Sum distance = sign[0] == '>' ? linear('-', right, left) : linear('-', left, right);
        if (sign == "<=" || sign == ">=" || sign == "==") distance = linear('-', distance, number(1));
        return {ranged(std::move(distance)).sum, sign == "!="   ? 1
                                                 : sign == "==" ? ~std::uint64_t{0}
                                                                : std::uint64_t{1} << 63};
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
    Sum number(std::int64_t value) const { return {value, std::vector<Term>(names_.y.size())}; }
    Sum counter(std::size_t axis) const {
        Sum out = number(0);
        out.along[axis].step = 1;
        return out;
    }
    std::int64_t extent(std::size_t axis) const { return names_.y.numel() == 0 ? 0 : names_.y[axis]; }

    Sum linear(char sign, Sum a, const Sum& b) const {
        a.start = worked_out(sign, a.start, b.start);
        for (std::size_t axis = 0; axis < b.along.size(); ++axis) {
            a.along[axis].step = worked_out(sign, a.along[axis].step, b.along[axis].step);
            auto& table = a.along[axis].table;
            const auto& other = b.along[axis].table;
            table.resize(std::max(table.size(), other.size()));
            for (std::size_t i = 0; i < other.size(); ++i) table[i] = worked_out(sign, table[i], other[i]);
        }
        return a;
    }

    Sum combined(char sign, const Sum& a, const Sum& b) const {
        if (sign == '*' && is_number(b)) return scaled(a, b.start);
        if (sign == '*' && is_number(a)) return scaled(b, a.start);
        Sum out = number(0);
        std::vector<std::size_t> axes;
        for (std::size_t axis = 0; axis < a.along.size(); ++axis)
            if (counts(a.along[axis]) || counts(b.along[axis])) axes.push_back(axis);
        if (axes.size() > 1)
            fail<ValueError>(names_.op, ": needs * by a number, or * / and % of one of i0, i1, ... alone, got '", text_,
                             "'");
        if (axes.empty())
            out.start = worked_out(sign, a.start, b.start);
        else
            for (std::int64_t i = 0; i < extent(axes[0]); ++i)
                out.along[axes[0]].table.push_back(worked_out(sign, at(a, axes[0], i), at(b, axes[0], i)));
        return out;
    }

    Sum scaled(Sum a, std::int64_t by) const {
        a.start = worked_out('*', a.start, by);
        for (Term& term : a.along) {
            term.step = worked_out('*', term.step, by);
            for (auto& entry : term.table) entry = worked_out('*', entry, by);
        }
        return a;
    }

    // The value of a sum of one axis.
    std::int64_t at(const Sum& a, std::size_t axis, std::int64_t i) const {
        const auto& [step, table] = a.along[axis];
        const auto stepped = worked_out('+', a.start, worked_out('*', step, i));
        return table.empty() ? stepped : worked_out('+', stepped, table[static_cast<std::size_t>(i)]);
    }

    // Throws when the value has no int64 somewhere.
    IndexValue ranged(Sum a) const {
        IndexValue out{std::move(a), 0, 0};
        out.low = out.high = out.sum.start;
        for (std::size_t axis = 0; axis < out.sum.along.size(); ++axis) {
            const Term& term = out.sum.along[axis];
            if (extent(axis) == 0 || !counts(term)) continue;
            const auto ends = term.table.empty() ? ends_of(term.step, axis) : extremes_of(term);
            out.low = worked_out('+', out.low, ends.first);
            out.high = worked_out('+', out.high, ends.second);
        }
        return out;
    }
    std::pair<std::int64_t, std::int64_t> ends_of(std::int64_t step, std::size_t axis) const {
        return std::minmax({std::int64_t{0}, worked_out('*', step, extent(axis) - 1)});
    }
    std::pair<std::int64_t, std::int64_t> extremes_of(const Term& term) const {
        std::pair<std::int64_t, std::int64_t> out{std::numeric_limits<std::int64_t>::max(), least};
        for (std::size_t i = 0; i < term.table.size(); ++i) {
            const auto value = worked_out('+', worked_out('*', term.step, static_cast<std::int64_t>(i)), term.table[i]);
            out = {std::min(out.first, value), std::max(out.second, value)};
        }
        return out;
    }

    static bool counts(const Term& term) { return term.step != 0 || !term.table.empty(); }
    static bool is_number(const Sum& a) { return std::none_of(a.along.begin(), a.along.end(), counts); }

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

IndexValue index_value(const IndexNames& names, const std::string& expression) {
    return Expression(names, expression).index();
}
Guard unless(const IndexNames& names, const std::string& condition) { return Expression(names, condition).guard(); }

}  // namespace jt
