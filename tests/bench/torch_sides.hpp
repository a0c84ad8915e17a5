// libtorch's rows beside those of rows.def.
#pragma once
#include "rows.hpp"

/// Each op alone, recorded but not differentiated: "ops/NAME/NUMBERS", as minijt_ops.cpp has them.
Rows torch_ops();
