# st_folder(NAME SOURCES a.c b.c USES base cbor LIBS PkgConfig::CBOR)
#
# One folder of src/ is one object library st_NAME.  USES names the folders below it: a unit test of
# a folder links that folder and what it uses and nothing else, so a call upwards does not link.
function(st_folder name)
  cmake_parse_arguments(F "" "" "SOURCES;USES;LIBS" ${ARGN})
  add_library(st_${name} OBJECT ${F_SOURCES})
  set_target_properties(st_${name} PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
  target_include_directories(st_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_compile_definitions(st_${name} PRIVATE STET_BUILDING)
  target_link_libraries(st_${name} PRIVATE stet_warnings PUBLIC ${F_LIBS} Threads::Threads)
  set(closure ${name})
  foreach(used ${F_USES})
    get_property(below GLOBAL PROPERTY ST_FOLDER_${used})
    list(APPEND closure ${below})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  set_property(GLOBAL PROPERTY ST_FOLDER_${name} ${closure})
  set_property(GLOBAL APPEND PROPERTY ST_FOLDERS ${name})
endfunction()

# st_link_folders(TARGET FOLDER...): links the folders and everything they use.
function(st_link_folders target)
  set(all)
  foreach(folder ${ARGN})
    get_property(closure GLOBAL PROPERTY ST_FOLDER_${folder})
    list(APPEND all ${closure})
  endforeach()
  list(REMOVE_DUPLICATES all)
  foreach(folder ${all})
    target_link_libraries(${target} PRIVATE st_${folder})
  endforeach()
endfunction()
