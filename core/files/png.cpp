// libpng reports an error by a longjmp, so what it calls, and what is between it and the setjmp, has no destructors.
#include "png.hpp"

#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>

namespace jt::files {

namespace {

class Decoder {
public:
    explicit Decoder(const Input& in) : in_(in), bytes_(in.read(0, in.size())) {
        png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
        if (png_) info_ = png_create_info_struct(png_);
        if (info_) return;
        png_destroy_read_struct(&png_, nullptr, nullptr);
        throw std::bad_alloc();
    }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    ~Decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }

    Array image() {
        guarded([this] { read_header(); });
        check_size();
        guarded([this] { prepare(); });
        Array out({png_get_image_height(png_, info_), png_get_image_width(png_, info_), png_get_channels(png_, info_)},
                  uint8);
        guarded([this, to = out.data<png_byte>(), rows = png_get_image_height(png_, info_)] { read_rows(to, rows); });
        return out;
    }

private:
    static void on_error(png_structp png, png_const_charp message) {
        auto* self = static_cast<Decoder*>(png_get_error_ptr(png));
        std::snprintf(self->message_, sizeof self->message_, "%s", message);
        png_longjmp(png, 1);
    }
    static void on_warning(png_structp, png_const_charp) {}
    static void on_read(png_structp png, png_bytep to, std::size_t n) {
        auto* self = static_cast<Decoder*>(png_get_io_ptr(png));
        if (n > self->bytes_.size() - self->at_) png_error(png, "the file ends too early");
        std::memcpy(to, self->bytes_.data() + self->at_, n);
        self->at_ += n;
    }

    template <class Step>
    void guarded(Step step) {
        if (setjmp(png_jmpbuf(png_)) != 0) in_.reject("BadPng", "byte ", at_, ": ", std::string(message_));
        step();
    }
    /// Up to the pixels; of the chunks before them only the palette and its opacity count.
    void read_header() {
        png_set_read_fn(png_, this, on_read);
        png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
        png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
        png_read_info(png_, info_);
    }
    void check_size() const {
        const std::uint64_t height = png_get_image_height(png_, info_), width = png_get_image_width(png_, info_);
        const std::uint64_t line = width * png_get_channels(png_, info_) * png_get_bit_depth(png_, info_) / 8 + 1;
        if (line > deflate_ratio * in_.size() / height)
            in_.reject("TooLarge", "needs ", height, " rows of ", width, " pixels, which ", in_.size(),
                       " bytes cannot hold");
    }
    void prepare() {
        png_set_expand(png_);
        png_set_strip_16(png_);
        passes_ = png_set_interlace_handling(png_);
        png_read_update_info(png_, info_);
    }
    void read_rows(png_bytep to, std::size_t rows) {
        const std::size_t line = png_get_rowbytes(png_, info_);
        for (int pass = 0; pass < passes_; ++pass)
            for (std::size_t row = 0; row < rows; ++row) png_read_row(png_, to + row * line, nullptr);
        png_read_end(png_, nullptr);
    }

    const Input& in_;
    const std::string bytes_;
    std::size_t at_ = 0;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    int passes_ = 1;
    char message_[128] = "";
};

}  // namespace

Array read_png(const Input& in) { return Decoder(in).image(); }

std::string png_of(const Source& out, const Array& image) {
    constexpr png_uint_32 formats[] = {PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB, PNG_FORMAT_RGBA};
    const Shape& shape = image.shape();
    if (shape[2] < 1 || shape[2] > 4) out.reject("NoImage", "needs 1 to 4 channels, got ", shape[2]);
    if (shape[0] > PNG_UINT_31_MAX || shape[1] > PNG_UINT_31_MAX)
        out.reject("NoImage", "needs at most 2^31 - 1 rows and columns, got ", shape);
    png_image head{};
    head.version = PNG_IMAGE_VERSION;
    head.height = static_cast<png_uint_32>(shape[0]);
    head.width = static_cast<png_uint_32>(shape[1]);
    head.format = formats[shape[2] - 1];
    std::string bytes(image.bytes() + image.bytes() / 4 + 2 * static_cast<std::size_t>(shape[0]) + 4096, '\0');
    png_alloc_size_t size = bytes.size();
    if (!png_image_write_to_memory(&head, bytes.data(), &size, 0, image.raw(), 0, nullptr))
        out.reject("BadPng", std::string(head.message));
    bytes.resize(size);
    return bytes;
}

}  // namespace jt::files
