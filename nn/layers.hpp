// The layers.
#pragma once
#include "layers/activation.hpp"
#include "layers/conv.hpp"
#include "layers/dropout.hpp"
#include "layers/flatten.hpp"
#include "layers/linear.hpp"
#include "layers/norm.hpp"
#include "layers/pool.hpp"
#include "layers/rnn.hpp"
#include "layers/sequential.hpp"
