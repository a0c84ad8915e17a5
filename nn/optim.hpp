// The optimizers, and the schedulers of their rates.
#pragma once
#include "optim/adam.hpp"
#include "optim/adan.hpp"
#include "optim/rmsprop.hpp"
#include "optim/schedulers.hpp"
#include "optim/sgd.hpp"

namespace jt::optim {

using nn::Adam;
using nn::AdamGroup;
using nn::AdamOptions;
using nn::AdamW;
using nn::AdamWGroup;
using nn::AdamWOptions;
using nn::Adan;
using nn::AdanGroup;
using nn::AdanOptions;
using nn::LambdaLR;
using nn::opt_grad;
using nn::Optimizer;
using nn::RMSprop;
using nn::RMSpropGroup;
using nn::RMSpropOptions;
using nn::SGD;
using nn::SGDGroup;
using nn::SGDOptions;

}  // namespace jt::optim
