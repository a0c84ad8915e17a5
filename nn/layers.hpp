// The layers.
#pragma once
#include "layers/activation.hpp"
#include "layers/conv.hpp"
#include "layers/dropout.hpp"
#include "layers/embedding.hpp"
#include "layers/flatten.hpp"
#include "layers/linear.hpp"
#include "layers/module_list.hpp"
#include "layers/pad.hpp"
#include "layers/pairs.hpp"
#include "layers/pool.hpp"
#include "layers/resize.hpp"
#include "layers/sequential.hpp"
