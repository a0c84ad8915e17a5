// Names with their Vars.
#include "state.hpp"

#include <algorithm>

namespace jt::nn {

namespace {

constexpr std::size_t large_state = 16;  // from here on names are looked up in order

}  // namespace

void StateDict::add(const std::string& name, const Var& var) {
    entries_.emplace_back(name, var);
    if (entries_.size() < large_state) return;
    for (std::size_t k = entries_.size() == large_state ? 0 : entries_.size() - 1; k < entries_.size(); ++k) {
        const std::string& key = entries_[k].first;
        const std::size_t at = place_of(key);
        if (at == by_name_.size() || entry(at).first != key)
            by_name_.insert(by_name_.begin() + static_cast<std::ptrdiff_t>(at), k);
    }
}

std::size_t StateDict::place_of(const std::string& name) const {
    const auto key = [this](std::size_t k) -> const std::string& { return entries_[k].first; };
    return static_cast<std::size_t>(std::ranges::lower_bound(by_name_, name, {}, key) - by_name_.begin());
}

const Var* StateDict::find(const std::string& name) const {
    if (!by_name_.empty()) {
        const std::size_t at = place_of(name);
        return at < by_name_.size() && entry(at).first == name ? &entry(at).second : nullptr;
    }
    for (const auto& [key, var] : entries_)
        if (key == name) return &var;
    return nullptr;
}

void StateDict::add(const std::string& prefix, const StateDict& state) {
    StateDict all = *this;
    const std::string start = prefix + ".";
    for (const auto& [name, var] : state) all.add(start + name, var);
    *this = std::move(all);
}

StateDict StateDict::part(const std::string& prefix) const {
    StateDict out;
    for (const auto& [name, var] : *this)
        if (name.starts_with(prefix + ".")) out.add(name.substr(prefix.size() + 1), var);
    return out;
}

Var StateDict::operator[](const std::string& name) const {
    if (const Var* var = find(name)) return *var;
    fail<KeyError>("state_dict: needs a name that is there, got '", name, "'");
}

std::vector<std::string> StateDict::names() const {
    std::vector<std::string> out;
    for (const auto& [name, var] : entries_) out.push_back(name);
    return out;
}

std::string detail::listed(const char* what, const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? std::string("; ") + what + ": " : ", ") + name;
    return out;
}

}  // namespace jt::nn
