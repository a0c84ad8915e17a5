// A small net that reads 8x8 digits: it judges what other nets draw.
#pragma once
#include "digits_data.hpp"

/// A classifier of images (n, 1, 8, 8) from 0 to 1, in eval mode, trained on these for a second or two.
jt::nn::ModulePtr digits_reader(const Digits& train);
