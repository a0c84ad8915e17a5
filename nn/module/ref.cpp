// What a Ref refuses.
#include "ref.hpp"

namespace jt::nn::detail {

void refuse_class(const std::string& name, const std::type_info& wanted, const Module& module) {
    fail<KeyError>(name, ": needs a module of class ", class_name_of(wanted), ", got ", module.class_name());
}

}  // namespace jt::nn::detail
