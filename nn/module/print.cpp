// How modules print.
#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <ostream>

#include "repr.hpp"
#include "walk.hpp"

namespace jt::nn {

std::string class_name_of(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> readable(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                          std::free);
    const std::string full = readable ? readable.get() : type.name();
    return full.substr(full.rfind(':') + 1);
}

std::string Module::class_name() const { return class_name_of(typeid(*this)); }

std::string peek(const Var& x) {
    if (!x.defined()) return "None";
    std::string out = std::string(name(x.dtype())) + "[";
    for (auto extent : x.shape()) out += std::to_string(extent) + ",";
    return out + "]";
}

std::string text(Float x) {
    const std::string digits = jt::text(x.value);
    return digits.find_first_of(".en") == std::string::npos ? digits + ".0" : digits;
}

namespace {

void append_indented(std::string& out, const std::string& text, std::size_t depth) {
    for (char c : text) {
        out += c;
        if (c == '\n') out.append(4 * depth, ' ');
    }
}

// Closes the parentheses of containers until `depth` of them are open.
void close_to(std::string& out, std::size_t& open, std::size_t depth) {
    while (open > depth) out.append("\n").append(4 * --open, ' ').append(")");
}

}  // namespace

std::string str(const Module& module) {
    std::string out;
    std::size_t open = 0;
    for (Module::Walk at(module, Module::Walk::Shared::everywhere); at; ++at) {
        const std::size_t depth = at.depth();
        close_to(out, open, depth);
        if (depth != 0) out.append("\n").append(4 * depth, ' ').append(at.key()).append(": ");
        const auto slots = at.module().children();
        append_indented(out, at.module().class_name() + "(" + (slots.empty() ? at.module().extra_repr() + ")" : ""),
                        depth);
        if (!slots.empty()) open = depth + 1;
    }
    close_to(out, open, 0);
    return out;
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << str(module); }

}  // namespace jt::nn
