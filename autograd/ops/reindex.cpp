// Reading from places and adding at them: each is the other's gradient.
#include "reindex.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "comparison.hpp"
#include "index_expression.hpp"
#include "places.hpp"
#include "promote.hpp"

namespace jt {

using kernels::Binary;
using kernels::Places;
using kernels::Sum;
using kernels::Term;

namespace {

// entry + other * step, modulo 2 to the power 64.
std::int64_t stepped(std::int64_t entry, std::int64_t other, std::int64_t step) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(entry) +
                                     static_cast<std::uint64_t>(other) * static_cast<std::uint64_t>(step));
}

void add_steps(Sum& at, const Sum& index, std::int64_t step) {
    at.start = stepped(at.start, index.start, step);
    for (std::size_t axis = 0; axis < index.along.size(); ++axis) {
        Term& to = at.along[axis];
        const Term& from = index.along[axis];
        to.step = stepped(to.step, from.step, step);
        to.table.resize(std::max(to.table.size(), from.table.size()));
        for (std::size_t i = 0; i < from.table.size(); ++i) to.table[i] = stepped(to.table[i], from.table[i], step);
    }
}

// Where y's elements are in x, the array that is indexed.
Map places_of(const IndexNames& names, const std::vector<std::string>& indexes,
              const std::vector<std::string>& conditions) {
    if (names.y.empty() || indexes.size() != names.x.size())
        fail<ShapeError>(names.op, ": needs an axis or more and ", names.x.size(), " indices for ", names.x, ", got ",
                         indexes.size(), " and ", names.y);
    Places out{{0, std::vector<Term>(names.y.size())}, {}};
    for (int axis = 0; axis < names.x.rank(); ++axis) {
        auto [index, low, high] = index_value(names, indexes[static_cast<std::size_t>(axis)]);
        const auto n = names.x[axis];
        add_steps(out.at, index, step_along(names.x, axis));
        if (low < 0 || high >= n) out.guards.push_back({std::move(index), static_cast<std::uint64_t>(n)});
    }
    for (const std::string& condition : conditions) out.guards.push_back(unless(names, condition));
    return make_shared_ptr<const Places>(std::move(out));
}

// The smallest number of a dtype, or the largest.
Scalar extreme(Dtype dtype, bool largest) {
    return dispatch(dtype, [=]<class T>(T) {
        return Scalar(largest ? std::numeric_limits<T>::max() : std::numeric_limits<T>::lowest());
    });
}

Vars extreme_rule(const Var& g, const Call& call) {
    const auto& places = call.params<Map>();
    const Shape shape = call.shape(0);
    return {where(call.input(0) == read_at(call.output(), places, shape), read_at(g, places, shape), 0)};
}

Var extreme_at(const Var& y, bool largest, const Map& places, const Shape& shape) {
    static constexpr Op op{"reindex_reduce", extreme_rule};
    const auto f = largest ? Binary::maximum : Binary::minimum;
    return record(op, kernels::reindex_reduce(f, y.array(), *places, extreme(y.dtype(), !largest), shape), {y}, places);
}

constexpr Op reading{
    "reindex", [](const Var& g, const Call& call) -> Vars { return {add_at(g, call.params<Map>(), call.shape(0))}; }};

Binary function_of(const std::string& op) {
    if (op == "add" || op == "sum") return Binary::add;
    if (op == "maximum" || op == "max") return Binary::maximum;
    if (op == "minimum" || op == "min") return Binary::minimum;
    fail<ValueError>("reindex_reduce: needs add, maximum or minimum, got '", op, "'");
}

}  // namespace

Var read_at(const Var& x, const Map& places, const Shape& shape) {
    return record(reading, kernels::reindex(x.array(), *places, 0, Array(shape, x.dtype())), {x}, places);
}

Var add_at(const Var& y, const Map& places, const Shape& shape) {
    static constexpr Op op{"reindex_reduce", [](const Var& g, const Call& call) -> Vars {
                               return {read_at(g, call.params<Map>(), call.shape(0))};
                           }};
    return record(op, kernels::reindex_reduce(Binary::add, y.array(), *places, 0, shape), {y}, places);
}

Var reindex(const Var& x, const Shape& shape, const std::vector<std::string>& indexes, const Scalar& overflow_value,
            const std::vector<std::string>& overflow_conditions) {
    const Shape& own = node_of(reading.name, x).value.shape();
    check_shape(reading.name, shape);
    check_number(reading.name, overflow_value, x.dtype());
    Array y(shape, x.dtype());  // before the tables that it pays for
    const Map places = places_of({reading.name, own, shape}, indexes, overflow_conditions);
    return record(reading, kernels::reindex(x.array(), *places, overflow_value, std::move(y)), {x}, places);
}

Var reindex_reduce(const Var& y, const std::string& op, const Shape& shape, const std::vector<std::string>& indexes,
                   const std::vector<std::string>& overflow_conditions) {
    const Shape& own = node_of("reindex_reduce", y).value.shape();
    const Binary f = function_of(op);
    check_shape("reindex_reduce", shape);
    if (shape.empty()) fail<ShapeError>("reindex_reduce: needs a shape of an axis or more, got ", shape);
    const Map places = places_of({"reindex_reduce", shape, own}, indexes, overflow_conditions);
    return f == Binary::add ? add_at(y, places, shape) : extreme_at(y, f == Binary::maximum, places, shape);
}

}  // namespace jt
