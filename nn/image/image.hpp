// Images read, written, and laid out in a grid.
#pragma once
#include <optional>
#include <string>

#include "../../autograd/var.hpp"

namespace jt {

/// The image of a PNG, PGM or PPM file as uint8 (height, width, channels): 1 channel of gray, 3 of colour, and with
/// opacity 2 or 4. A palette becomes its colours, 16 bits their upper 8. Throws a FileError that names file and place.
Var imread(const std::string& path);
/// Writes uint8 (h, w) or (h, w, c) as what the name ends in: .png, or .pgm, .ppm or .pnm of 1 or 3 channels. The file
/// changes as a whole or not at all. Throws a FileError, and a DtypeError or a ShapeError for what is no image.
void imwrite(const std::string& path, const Var& x);

/// The least and the largest number of an image.
struct ImageRange {
    double low, high;
};

struct GridOptions {
    int nrow = 8;            ///< images a row
    int padding = 2;         ///< pixels around each
    bool normalize = false;  ///< from `range`, or what there is, to 0 ... 1
    std::optional<ImageRange> range = {};
    double pad_value = 0;
};

/// As Jittor's: images (n, c, h, w) in rows as one image (c, H, W); what is a single image stays as it is. Equal
/// numbers are normalized to 0. Throws a ValueError for nrow below 1, padding below 0, and a range that does not rise.
Var make_grid(const Var& x, const GridOptions& options = {});
/// Of images of one shape, (c, h, w) or (h, w); one at least, or it throws a ValueError.
Var make_grid(const Vars& x, const GridOptions& options = {});
/// Writes make_grid(x, options), whose numbers go from 0 to 1, as imwrite does: times 255, rounded, and cut to bytes.
/// Throws as both do, and a DtypeError for uint8, which is imwrite's.
void save_image(const Var& x, const std::string& path, const GridOptions& options = {});
void save_image(const Vars& x, const std::string& path, const GridOptions& options = {});

}  // namespace jt
