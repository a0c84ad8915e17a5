// Numbers by name: what the state of an optimizer or a scheduler holds beside arrays, and what is wrong with them.
#pragma once
#include <limits>
#include <unordered_set>
#include <variant>

#include "../module/state.hpp"

namespace jt::nn::detail {

/// A number that lives elsewhere: finite, `low` or more and below `below`. An optional one may be missing.
struct Number {
    std::string name;
    std::variant<double*, bool*, std::int64_t*, std::optional<double>*, std::optional<bool>*> place;
    double low = 0, below = std::numeric_limits<double>::infinity();

    std::optional<double> get() const;
    void set(std::optional<double> value) const noexcept;
    Dtype dtype() const;
    bool may_be_missing() const;
    bool is_good(double value) const;
    /// "0 or more and below 1".
    std::string range() const;
};

/// Entries of a state, asked for one by one; then one error says all that does not fit.
class StateReader {
public:
    enum class Need { must_be, may_be, must_not_be };

    explicit StateReader(const StateDict& state) : state_(state) {}
    /// The entry, or null.
    const Var* find(const std::string& name, Need need);
    /// What the state gives for a number; when that is wrong or missing, what the number is.
    std::optional<double> read(const Number& number);
    void wrong(const std::string& name, const std::string& needs, const std::string& got);
    /// Throws a KeyError, also for entries that nobody asked for.
    void finish(const std::string& owner) const;

private:
    const StateDict& state_;
    std::unordered_set<std::string> known_;
    std::vector<std::string> missing_, wrong_;
};

class Numbers {
public:
    using Values = std::vector<std::optional<double>>;

    void add(Number number) { list_.push_back(std::move(number)); }
    void add(Numbers numbers);
    /// Throws a ValueError in the name of `owner` for a number out of its range.
    void check(const char* owner) const;
    void add_to(StateDict& state) const;
    Values values() const;
    Values read(StateReader& reader) const;
    void set(const Values& values) const noexcept;

private:
    std::vector<Number> list_;
};

}  // namespace jt::nn::detail
