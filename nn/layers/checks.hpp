// What the layers with weights share.
#pragma once
#include <optional>

#include "../../autograd/var.hpp"

namespace jt::nn {

/// The value of an argument; throws a ValueError that names layer and argument when it is below `low`.
int at_least(int low, const char* layer, const char* what, int value);
/// U(-1 / sqrt(fan), 1 / sqrt(fan)), 0 where nothing comes in; without a bias nothing is drawn.
Var bias_for(bool wanted, std::int64_t out, std::int64_t fan);

}  // namespace jt::nn
