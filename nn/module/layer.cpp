// What a Layer refuses.
#include "layer.hpp"

namespace jt::nn::detail {

void check_outputs(const Module& module, const Vars& outputs, std::size_t wanted) {
    if (outputs.size() == wanted) return;
    fail<ShapeError>(module.class_name(), ": needs ", wanted, " outputs, which a forward hook may replace, got ",
                     outputs.size());
}

void refuse_inputs(const Module& module, std::size_t given, const std::vector<std::size_t>& wanted) {
    std::string numbers;
    for (const std::size_t n : wanted) numbers += (numbers.empty() ? "" : " or ") + std::to_string(n);
    fail<ValueError>(module.class_name(), ": needs ", numbers, " inputs, got ", given);
}

}  // namespace jt::nn::detail
