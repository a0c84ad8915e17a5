// How layers take options.
#pragma once

namespace jt::nn {

/// First member of options whose fields must be named, as in `{.stride = {2, 1}}`: a mere `{2, 1}`, which in Jittor
/// would be a stride, does not compile.
struct ByName {
    constexpr ByName() {}
};

}  // namespace jt::nn
