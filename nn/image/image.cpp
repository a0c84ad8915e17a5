#include "image.hpp"

#include "../../autograd/node.hpp"
#include "../../autograd/ops.hpp"
#include "../../core/files/image.hpp"

namespace jt {

Var imread(const std::string& path) { return array(files::load_image(path)); }

void imwrite(const std::string& path, const Var& x) {
    const Array& image = node_of("imwrite", x).value;
    if (image.dtype() != uint8)
        fail<DtypeError>("imwrite: needs an image of uint8, got ", image.dtype(), "; save_image takes floats");
    if ((x.dim() != 2 && x.dim() != 3) || image.numel() == 0)
        fail<ShapeError>("imwrite: needs an image (h, w) or (h, w, c), got ", x.shape());
    files::save_image(path, image.reshaped({x.shape(0), x.shape(1), x.dim() == 2 ? 1 : x.shape(2)}));
}

}  // namespace jt
