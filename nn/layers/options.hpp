// How layers take options.
#pragma once
#include "../module/module.hpp"

namespace jt::nn {

/// First member of options whose fields must be named, as in `{.stride = {2, 1}}`: a mere `{2, 1}`, which in Jittor
/// would be a stride, does not compile.
struct ByName {
    constexpr ByName() {}
};

/// Base of layers whose arguments are one options struct: a layer inherits this constructor, and adds one of Jittor's
/// positional arguments.
template <class O>
class WithOptions : public Module {
public:
    using Options = O;
    explicit WithOptions(const Options& options = {}) : options(options) {}

    const Options options;
};

}  // namespace jt::nn
