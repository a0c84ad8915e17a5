// Dropout.
#pragma once
#include "../module/module.hpp"

namespace jt::nn {

struct DropoutOptions {
    double p = 0.5;
};

/// In training: x * keep / (1 - p), keep where a uniform draw, one for each element, exceeds p; zeros for p = 1. In
/// eval mode the values of x. Throws a ValueError for p outside [0, 1].
class Dropout : public Module {
public:
    using Options = DropoutOptions;
    explicit Dropout(const Options& options = {});
    explicit Dropout(double p) : Dropout(Options{p}) {}
    Var execute(const Var& x) override;
    std::string extra_repr() const override;

    const Options options;
};
/// The same as a function.
Var dropout(const Var& x, double p = 0.5, bool is_train = true);

}  // namespace jt::nn
