// Checks of arguments, and the first bias.
#include "checks.hpp"

#include <cmath>

#include "../init.hpp"

namespace jt::nn {

int at_least(int low, const char* layer, const char* what, int value) {
    if (value < low) fail<ValueError>(layer, ": needs ", what, " of ", low, " or more, got ", value);
    return value;
}

Var bias_for(bool wanted, std::int64_t out, std::int64_t fan) {
    const double bound = fan == 0 ? 0 : 1.0 / std::sqrt(static_cast<double>(fan));
    return wanted ? init::uniform({out}, -bound, bound) : Var();
}

}  // namespace jt::nn
