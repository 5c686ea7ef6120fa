# How other projects find an installed libstet: find_package(stet) and pkg-config --libs stet.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/stet)
configure_package_config_file(tools/cmake/stetConfig.cmake.in ${PROJECT_BINARY_DIR}/stetConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/stetConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/stetConfig.cmake ${PROJECT_BINARY_DIR}/stetConfigVersion.cmake
  DESTINATION ${package_dir})
install(EXPORT stet NAMESPACE stet:: FILE stetTargets.cmake DESTINATION ${package_dir})

# The .pc file finds the prefix from its own place, so that an installed tree can be moved.
file(RELATIVE_PATH STET_PC_UP
  /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(tools/cmake/stet.pc.in ${PROJECT_BINARY_DIR}/stet.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/stet.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The schemas of stored bytes and of JSON, for who reads these without this library.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/schemas/ DESTINATION ${CMAKE_INSTALL_DATADIR}/stet/schemas
  FILES_MATCHING PATTERN "*.cddl" PATTERN "*.schema.json")
