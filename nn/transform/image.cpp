#include "image.hpp"

#include "../../autograd/ops.hpp"

namespace jt::transform {

Var image_of(const char* op, const Var& x) {
    const Array& value = node_of(op, x).value;
    if (value.dtype() != uint8) fail<DtypeError>(op, ": needs an image of uint8, got ", value.dtype());
    Var image = x.dim() == 2 ? x.unsqueeze(2) : x;
    if (image.dim() != 3 || image.shape(2) > 4 || value.numel() == 0)
        fail<ShapeError>(op, ": needs an image (h, w) or (h, w, c) of 1 to 4 channels, got ", x.shape());
    return image;
}

}  // namespace jt::transform
