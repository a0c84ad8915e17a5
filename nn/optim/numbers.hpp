// Numbers by name: what the state of an optimizer or a scheduler holds beside arrays, and what is wrong with them.
#pragma once
#include <limits>

#include "../module/state.hpp"

namespace jt::nn::detail {

enum class Need;

/// Where a number lives.
struct Place {
    enum class Kind { real, flag, integer, optional_real, optional_flag };
    Place(double* at) : at(at), kind(Kind::real) {}
    Place(bool* at) : at(at), kind(Kind::flag) {}
    Place(std::int64_t* at) : at(at), kind(Kind::integer) {}
    Place(std::optional<double>* at) : at(at), kind(Kind::optional_real) {}
    Place(std::optional<bool>* at) : at(at), kind(Kind::optional_flag) {}

    void* at;
    Kind kind;
};

/// A number that lives elsewhere: finite, `low` or more and below `below`. An optional one may be missing.
struct Number {
    std::string name;
    Place place;
    double low = 0, below = std::numeric_limits<double>::infinity();

    std::optional<double> get() const;
    void set(std::optional<double> value) const noexcept;
    Dtype dtype() const;
    bool may_be_missing() const;
    bool is_good(double value) const;
    /// "0 or more and below 1".
    std::string range() const;
};

class StateReader;

class Numbers {
public:
    using Values = std::vector<std::optional<double>>;

    void add(Number number);
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
