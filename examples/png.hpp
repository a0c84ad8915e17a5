// Pack pixels into a PNG file that a page can hold as text.
#pragma once
#include <string>

/// `data:image/png;base64,...` of height rows of width pixels; each is three bytes: red, green, blue.
std::string png_url(const std::string& rgb, int width, int height);
