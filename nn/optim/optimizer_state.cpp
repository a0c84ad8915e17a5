// The state of an optimizer, out and in.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "../../autograd/node.hpp"
#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../module/module_ptr.hpp"
#include "optimizer.hpp"

namespace jt::nn {

namespace {

std::string entry(const char* list, std::size_t k) { return list + ("." + std::to_string(k)); }

}  // namespace

StateDict Optimizer::state_dict() const {
    StateDict state;
    for (const auto& number : numbers_) {
        Array value({1}, number.dtype);
        std::memcpy(value.raw(), number.place, value.bytes());
        state.add(number.name, constant(std::move(value)));
    }
    const auto add_all = [&](const char* name, const std::vector<Array>& arrays) {
        for (std::size_t k = 0; k < arrays.size(); ++k)
            if (arrays[k]) state.add(entry(name, k), constant(arrays[k].clone()));
    };
    for (const auto& list : lists_) add_all(list.name, *list.arrays);
    if (!fresh_) add_all("grads", grads_);
    return state;
}

// What a state gives for each member, and all that is wrong with it.
class Optimizer::Loading {
public:
    Loading(Optimizer& optimizer, const StateDict& state) : optimizer_(optimizer), state_(state) {
        for (const auto& number : optimizer.numbers_) values_.push_back(read(number));
        for (const auto& list : optimizer.lists_) lists_.push_back(read(list));
        for (std::size_t k = 0; k < optimizer.grads_.size(); ++k) grads_.push_back(read("grads", k, Need::may_be));
        for (const auto& [name, var] : state)
            if (!known_.contains(name)) unexpected_.push_back(name);
    }
    void check() const {
        if (missing_.empty() && unexpected_.empty() && wrong_.empty()) return;
        fail<KeyError>("load_state_dict: needs the state of this ", class_name_of(typeid(optimizer_)),
                       detail::listed("missing", missing_), detail::listed("unexpected", unexpected_),
                       detail::listed("wrong", wrong_));
    }
    void commit() noexcept {
        for (std::size_t k = 0; k < values_.size(); ++k)
            std::memcpy(optimizer_.numbers_[k].place, std::as_const(values_[k]).raw(), values_[k].bytes());
        for (std::size_t k = 0; k < lists_.size(); ++k) optimizer_.lists_[k].arrays->swap(lists_[k]);
        optimizer_.grads_.swap(grads_);
        optimizer_.has_grads_ = std::ranges::any_of(optimizer_.grads_, [](const Array& g) { return bool(g); });
        optimizer_.fresh_ = !optimizer_.has_grads_;
    }

private:
    enum class Need { must_be, may_be, must_not_be };

    const Var* find(const std::string& name, Need need) {
        const Var* var = need == Need::must_not_be ? nullptr : state_.find(name);
        if (var) known_.insert(name);
        if (var && var->defined()) return var;
        if (need == Need::must_be) missing_.push_back(name);
        return nullptr;
    }
    Array wrong(const std::string& name, const std::string& needs, const std::string& got) {
        wrong_.push_back(name + " needs " + needs + ", got " + got);
        return Array();
    }
    Array read(const Number& number) {
        const Var* var = find(number.name, Need::must_be);
        if (!var) return Array();
        if (var->dtype() != number.dtype || var->numel() != 1)
            return wrong(number.name, std::string("one ") + name(number.dtype),
                         text(var->shape()) + " of " + name(var->dtype()));
        if (const double got = var->item(); !is_in(got, number.low, number.below))
            return wrong(number.name, range_text(number.low, number.below), text(got));
        return var->array();
    }
    Array read(const char* list, std::size_t k, Need need) {
        const std::string name = entry(list, k);
        const Var* var = find(name, need);
        if (!var) return Array();
        const Array& p = optimizer_.parameters_[k].array();
        if (!is_float(var->dtype())) return wrong(name, "floats", jt::name(var->dtype()));
        if (var->shape() != p.shape()) return wrong(name, text(p.shape()), text(var->shape()));
        return var->dtype() == p.dtype() ? var->array().clone() : kernels::cast(var->array(), p.dtype());
    }
    std::vector<Array> read(const List& list) {
        const Need need = is_zero(list.unless_zero) ? Need::must_not_be : Need::must_be;
        std::vector<Array> out;
        for (std::size_t k = 0; k < optimizer_.parameters_.size(); ++k) out.push_back(read(list.name, k, need));
        return out;
    }
    bool is_zero(const double* number) const {
        for (std::size_t k = 0; k < values_.size(); ++k)
            if (optimizer_.numbers_[k].place == number && values_[k]) return *values_[k].data<double>() == 0;
        return number && *number == 0;
    }

    Optimizer& optimizer_;
    const StateDict& state_;
    std::vector<Array> values_, grads_;
    std::vector<std::vector<Array>> lists_;
    std::unordered_set<std::string> known_;
    std::vector<std::string> missing_, unexpected_, wrong_;
};

void Optimizer::load_state_dict(const StateDict& state) {
    Loading loading(*this, state);
    loading.check();
    loading.commit();
}

}  // namespace jt::nn
