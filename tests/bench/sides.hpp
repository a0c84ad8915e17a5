// The rows of each side that is made with minijt's library.
#pragma once
#include "rows.hpp"

/// Hand-written code and plain loops.
Rows limit_rows();
/// All of minijt's: those of rows.def, and the ops.
Rows minijt_rows();
/// Each op alone, recorded but not differentiated: "ops/NAME/NUMBERS".
Rows minijt_ops();
/// A plain loop over what the C library has for the functions of one and two numbers.
Rows loop_ops();
