// The optimizers.
#pragma once
#include "optim/adam.hpp"
#include "optim/sgd.hpp"

namespace jt::optim {

using nn::Adam;
using nn::AdamOptions;
using nn::Optimizer;
using nn::SGD;
using nn::SGDOptions;

}  // namespace jt::optim
