// The state of an optimizer, out and in.
#include <algorithm>

#include "../../autograd/node.hpp"
#include "../../core/kernels/elementwise/elementwise.hpp"
#include "../module/module_ptr.hpp"
#include "optimizer.hpp"
#include "state_reader.hpp"

namespace jt::nn {

using detail::Need;

namespace {

std::string entry(const std::string& list, std::size_t k) { return list + "." + std::to_string(k); }

}  // namespace

StateDict Optimizer::state_dict() const {
    StateDict state;
    numbers_.add_to(state);
    const auto add = [&](const char* name, const std::vector<Array>& arrays, std::size_t k) {
        if (arrays[k]) state.add(entry(name, k), constant(arrays[k].clone()));
    };
    for (const List& list : lists_)
        for (std::size_t k = 0; k < list.arrays->size(); ++k)
            if (list.needs(k)) add(list.name, *list.arrays, k);
    for (std::size_t k = 0; k < held_.grads.size(); ++k)
        if (!fresh_) add("grads", held_.grads, k);
    return state;
}

// Puts numbers back unless all went well.
class Optimizer::Restore {
public:
    explicit Restore(const detail::Numbers& numbers) : numbers_(numbers), before_(numbers.values()) {}
    ~Restore() {
        if (!done) numbers_.set(before_);
    }
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;

    bool done = false;

private:
    const detail::Numbers& numbers_;
    const detail::Numbers::Values before_;
};

Array Optimizer::read(detail::StateReader& reader, const std::string& list, std::size_t k, Need need) {
    const std::string name = entry(list, k);
    const Var* var = reader.find(name, need);
    if (!var) return Array();
    const Array& p = held_.parameters[k].array();
    if (!is_float(var->dtype()))
        reader.wrong(name, "floats", jt::name(var->dtype()));
    else if (var->shape() != p.shape())
        reader.wrong(name, text(p.shape()), text(var->shape()));
    else
        return var->dtype() == p.dtype() ? var->array().clone() : kernels::cast(var->array(), p.dtype());
    return Array();
}

// The numbers come first: they say which arrays are needed.
void Optimizer::load_state_dict(const StateDict& state) {
    detail::StateReader reader(state);
    const auto values = numbers_.read(reader);
    Restore restore(numbers_);
    numbers_.set(values);
    std::vector<std::vector<Array>> lists(lists_.size());
    for (std::size_t i = 0; i < lists.size(); ++i)
        for (std::size_t k = 0; k < held_.parameters.size(); ++k)
            lists[i].push_back(read(reader, lists_[i].name, k, lists_[i].needs(k) ? Need::must_be : Need::must_not_be));
    std::vector<Array> grads;
    for (std::size_t k = 0; k < held_.parameters.size(); ++k) grads.push_back(read(reader, "grads", k, Need::may_be));
    reader.finish(class_name_of(typeid(*this)));
    restore.done = true;
    for (std::size_t i = 0; i < lists.size(); ++i) lists_[i].arrays->swap(lists[i]);
    held_.grads.swap(grads);
    has_grads_ = std::ranges::any_of(held_.grads, [](const Array& g) { return bool(g); });
    fresh_ = !has_grads_;
}

}  // namespace jt::nn
