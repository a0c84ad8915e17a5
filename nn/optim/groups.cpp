// What options of several optimizers have in common.
#include "groups.hpp"

namespace jt::nn::detail {

void check_betas(const char* optimizer, std::initializer_list<double> betas) {
    bool good = true;
    std::string got;
    for (const double& beta : betas) {
        good = good && beta >= 0 && beta < 1;
        got += (got.empty() ? "" : &beta + 1 == betas.end() ? " and " : ", ") + text(beta);
    }
    if (!good) fail<ValueError>(optimizer, ": needs betas of 0 or more and below 1, got ", got);
}

}  // namespace jt::nn::detail
