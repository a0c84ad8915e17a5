// Pack pixels into a PNG file that a page can hold as text.
#pragma once
#include <cstdint>
#include <string>

namespace jt::plot {

/// `data:image/png;base64,...` of height rows of width pixels; each is four bytes: red, green, blue, and 255, or 0 for
/// one that is not seen.
std::string png_url(const std::string& rgba, std::int64_t width, std::int64_t height);

}  // namespace jt::plot
