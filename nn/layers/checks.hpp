// What layers say of their arguments and inputs, and the first bias.
#pragma once
#include <limits>
#include <optional>

#include "../module/module.hpp"

namespace jt::nn {

/// The value of an argument; throws a ValueError that names layer and argument when it is below `low`.
int at_least(int low, const char* layer, const char* what, int value);
/// The same of a finite number from `low` to `high`.
double within(const char* layer, const char* what, double value, double low = 0,
              double high = std::numeric_limits<double>::infinity());
double finite(const char* layer, const char* what, double value);
/// The shape of an image (n, c, h, w) that a layer is given; throws a ShapeError in its name for any other.
const Shape& image_shape(const Module& layer, const Var& x);
/// Throws a ShapeError in the name of `layer` unless x has so many channels, in axis 1, and behind them so many axes,
/// if that is given: 1 to 3.
void check_channels(const char* layer, const Var& x, std::int64_t channels, std::optional<int> behind = {});
/// U(-1 / sqrt(fan), 1 / sqrt(fan)), 0 where nothing comes in; without a bias nothing is drawn.
Var bias_for(bool wanted, std::int64_t out, std::int64_t fan);

}  // namespace jt::nn
