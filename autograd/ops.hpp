// All functions on Vars: one header a family, in each one declaration and one line for every function. Shapes are
// NumPy's; errors are ShapeError, DtypeError, IndexError or ValueError, worded `op: what it needs, what it got`.
#pragma once
#include "ops/arithmetic.hpp"
#include "ops/comparison.hpp"
#include "ops/conv.hpp"
#include "ops/create.hpp"
#include "ops/elementwise.hpp"
#include "ops/index.hpp"
#include "ops/logic.hpp"
#include "ops/loss.hpp"
#include "ops/order.hpp"
#include "ops/product.hpp"
#include "ops/reduce.hpp"
#include "ops/rescale.hpp"
#include "ops/shape.hpp"
