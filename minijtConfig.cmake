# find_package(minijt) gives the target minijt::minijt, which is what minijt.pc in the folder beside says.
include(CMakeFindDependencyMacro)
find_dependency(PkgConfig)

set(minijt_old_path "$ENV{PKG_CONFIG_PATH}")
set(ENV{PKG_CONFIG_PATH} "${CMAKE_CURRENT_LIST_DIR}/../../pkgconfig:${minijt_old_path}")
pkg_check_modules(minijt_pc QUIET IMPORTED_TARGET minijt)
set(ENV{PKG_CONFIG_PATH} "${minijt_old_path}")

if(NOT minijt_pc_FOUND)
  set(minijt_FOUND FALSE)
  set(minijt_NOT_FOUND_MESSAGE "pkg-config does not find minijt.pc with all that it requires")
elseif(NOT TARGET minijt::minijt)
  add_library(minijt::minijt INTERFACE IMPORTED)
  target_link_libraries(minijt::minijt INTERFACE PkgConfig::minijt_pc)
  target_compile_features(minijt::minijt INTERFACE cxx_std_20)
endif()
