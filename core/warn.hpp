// Say something to the user that is no error; redirect or silence it.
#pragma once
#include <string>

#include "callable.hpp"

namespace jt {

/// Writes "minijt: message" to standard error, or gives the message to the handler.
void warn(const std::string& message);
/// Installs a handler for warnings (an empty one restores standard error) and returns the previous one, never empty.
/// Handlers run one at a time; what one warns of itself goes to standard error.
Callable<void(const std::string&)> set_warning_handler(Callable<void(const std::string&)> handler);

}  // namespace jt
