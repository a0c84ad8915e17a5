#include "checkpoint.hpp"

#include <algorithm>

#include "../autograd/node.hpp"
#include "../autograd/ops/create.hpp"
#include "../core/error.hpp"

namespace jt::nn {

namespace detail {

namespace {

const Var& entry_of(const StateDict& all, const std::string& name) {
    if (const Var* var = all.find(name)) return *var;
    fail<KeyError>("load_state_dict: needs an entry of that name, got none");
}

const Var& one_number(const StateDict& all, const std::string& name) {
    const Var& var = entry_of(all, name);
    if (var.numel() != 1) fail<ValueError>("load_state_dict: needs one number, got ", text(var.shape()));
    return var;
}

}  // namespace

void add_number(StateDict& all, const std::string& name, double value) {
    all.add(name, constant(Array::full({1}, value, float64)));
}
void add_number(StateDict& all, const std::string& name, std::int64_t value) {
    all.add(name, constant(Array::full({1}, value, int64)));
}

double number_of(const StateDict& all, const std::string& name) { return one_number(all, name).item(); }

std::int64_t number_of(const StateDict& all, const std::string& name, std::int64_t low, std::int64_t high) {
    const Var& var = one_number(all, name);
    if (is_float(var.dtype())) fail<ValueError>("load_state_dict: needs a whole number, got ", var.item());
    const auto value = var.item<std::int64_t>();
    if (value < low || value > high)
        fail<ValueError>("load_state_dict: needs a number from ", low, " to ", high, ", got ", value);
    return value;
}

}  // namespace detail

Checkpoint::Part::Part(std::string name, Var& var)
    : name(std::move(name)),
      write([&var](StateDict& all, const std::string& key) { all.add(key, var); }),
      read([&var](const StateDict& all, const std::string& key) { var.assign(detail::entry_of(all, key)); }) {}

Checkpoint::Part::Part(std::string name, std::vector<double>& numbers)
    : name(std::move(name)),
      write([&numbers](StateDict& all, const std::string& key) { all.add(key, array(numbers, float64)); }),
      read([&numbers](const StateDict& all, const std::string& key) {
          numbers = detail::entry_of(all, key).to_vector<double>();
      }) {}

Checkpoint::Checkpoint(std::initializer_list<Part> parts) : parts_(parts) { check_names(); }

void Checkpoint::check_names() const {
    for (auto part = parts_.begin(); part != parts_.end(); ++part) {
        const std::string& name = part->name;
        const bool again = std::any_of(parts_.begin(), part, [&](const Part& p) { return p.name == name; });
        if (name.empty() || name.find('.') != std::string::npos || name == "rng" || again)
            fail<KeyError>("Checkpoint: needs names without a dot, each once and none of them 'rng', got '", name, "'");
    }
}

StateDict Checkpoint::state_dict() const {
    StateDict all;
    for (const Part& part : parts_) part.write(all, part.name);
    all.add("rng", get_rng_state());
    return all;
}

void Checkpoint::check_known(const StateDict& state) const {
    std::vector<std::string> names{"rng"}, unexpected;
    for (const Part& part : parts_) names.push_back(part.name);
    for (const auto& [key, var] : state)
        if (std::ranges::find(names, key.substr(0, key.find('.'))) == names.end()) unexpected.push_back(key);
    if (!unexpected.empty())
        fail<KeyError>("Checkpoint: needs a state of its parts alone", detail::listed("unexpected", unexpected));
}

void Checkpoint::read_all(const StateDict& state) const {
    const auto read = [](const std::string& name, const auto& f) {
        try {
            f();
        } catch (Error& error) {
            error.place("Checkpoint: '" + name + "'", "load_state_dict");
            throw;
        }
    };
    for (const Part& part : parts_) read(part.name, [&] { part.read(state, part.name); });
    read("rng", [&] { set_rng_state(detail::entry_of(state, "rng")); });
}

void Checkpoint::load_state_dict(const StateDict& state) {
    check_known(state);
    StateDict before;
    for (const auto& [name, var] : state_dict()) before.add(name, var.clone());
    try {
        read_all(state);
    } catch (...) {
        read_all(before);
        throw;
    }
}

}  // namespace jt::nn
