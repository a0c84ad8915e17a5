// Numbers by name, out of a state and into one.
#include "numbers.hpp"

#include <cmath>
#include <iterator>

#include "../../autograd/node.hpp"
#include "state_reader.hpp"

namespace jt::nn::detail {

namespace {

std::optional<double> number_at(const auto* place) { return static_cast<double>(*place); }
std::optional<double> number_at(const std::optional<double>* place) { return *place; }
std::optional<double> number_at(const std::optional<bool>* place) { return *place; }

template <class T>
void put(T* place, std::optional<double> value) {
    *place = static_cast<T>(*value);
}
void put(std::optional<double>* place, std::optional<double> value) { *place = value; }
void put(std::optional<bool>* place, std::optional<double> value) {
    *place = value ? std::optional(*value != 0) : std::nullopt;
}

constexpr Dtype dtypes[] = {Dtype::float64, Dtype::bool_, Dtype::int64, Dtype::float64, Dtype::bool_};

// "a rate", "an eps", "groups.0.eps".
std::string with_article(const std::string& name) {
    if (name == "lr") return "a rate";
    if (name.find('.') != std::string::npos) return name;
    return (std::string("aeiou").find(name[0]) == std::string::npos ? "a " : "an ") + name;
}

// f of a pointer of the type that the place has.
template <class F>
auto visit(F f, const Place& place) {
    switch (place.kind) {
        case Place::Kind::real:
            return f(static_cast<double*>(place.at));
        case Place::Kind::flag:
            return f(static_cast<bool*>(place.at));
        case Place::Kind::integer:
            return f(static_cast<std::int64_t*>(place.at));
        case Place::Kind::optional_real:
            return f(static_cast<std::optional<double>*>(place.at));
        default:
            return f(static_cast<std::optional<bool>*>(place.at));
    }
}

}  // namespace

std::optional<double> Number::get() const {
    return visit([](const auto* p) { return number_at(p); }, place);
}

void Number::set(std::optional<double> value) const noexcept {
    visit([&](auto* p) { put(p, value); }, place);
}

Dtype Number::dtype() const { return dtypes[static_cast<int>(place.kind)]; }

bool Number::may_be_missing() const { return place.kind > Place::Kind::integer; }

bool Number::is_good(double value) const { return std::isfinite(value) && value >= low && value < below; }

std::string Number::range() const {
    if (std::isinf(low)) return "finite size";
    return text(low) + " or more" + (std::isinf(below) ? "" : " and below " + text(below));
}

const Var* StateReader::find(const std::string& name, Need need) {
    const Var* var = need == Need::must_not_be ? nullptr : state_.find(name);
    if (var) known_.insert(name);
    if (var && var->defined()) return var;
    if (need == Need::must_be) missing_.push_back(name);
    return nullptr;
}

void StateReader::wrong(const std::string& name, const std::string& needs, const std::string& got) {
    wrong_.push_back(name + " needs " + needs + ", got " + got);
}

std::optional<double> StateReader::read(const Number& number) {
    const Var* var = find(number.name, number.may_be_missing() ? Need::may_be : Need::must_be);
    if (!var) return number.may_be_missing() ? std::nullopt : number.get();
    if (var->dtype() != number.dtype() || var->numel() != 1) {
        wrong(number.name, std::string("one ") + name(number.dtype()),
              text(var->shape()) + " of " + name(var->dtype()));
        return number.get();
    }
    if (number.is_good(var->item())) return var->item();
    wrong(number.name, number.range(), text(var->item()));
    return number.get();
}

void StateReader::finish(const std::string& owner) const {
    std::vector<std::string> unexpected;
    for (const auto& [name, var] : state_)
        if (!known_.contains(name)) unexpected.push_back(name);
    if (missing_.empty() && unexpected.empty() && wrong_.empty()) return;
    fail<KeyError>("load_state_dict: needs the state of this ", owner, listed("missing", missing_),
                   listed("unexpected", unexpected), listed("wrong", wrong_));
}

void Numbers::add(Number number) { list_.push_back(std::move(number)); }

void Numbers::add(Numbers numbers) {
    list_.insert(list_.end(), std::make_move_iterator(numbers.list_.begin()),
                 std::make_move_iterator(numbers.list_.end()));
}

void Numbers::check(const char* owner) const {
    for (const Number& number : list_)
        if (const auto value = number.get(); value && !number.is_good(*value))
            fail<ValueError>(owner, ": needs ", with_article(number.name), " of ", number.range(), ", got ", *value);
}

void Numbers::add_to(StateDict& state) const {
    for (const Number& number : list_)
        if (const auto value = number.get()) state.add(number.name, constant(Array::full({1}, *value, number.dtype())));
}

Numbers::Values Numbers::values() const {
    Values values;
    for (const Number& number : list_) values.push_back(number.get());
    return values;
}

Numbers::Values Numbers::read(StateReader& reader) const {
    Values values;
    for (const Number& number : list_) values.push_back(reader.read(number));
    return values;
}

void Numbers::set(const Values& values) const noexcept {
    for (std::size_t k = 0; k < list_.size(); ++k) list_[k].set(values[k]);
}

}  // namespace jt::nn::detail
