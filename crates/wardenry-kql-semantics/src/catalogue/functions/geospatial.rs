use super::super::entry::{Entry, function};

pub(in super::super) const GEOSPATIAL: &[Entry] = &[
    function(
        "geo_distance_2points",
        "(p1_longitude: number, p1_latitude: number, p2_longitude: number, p2_latitude: number, \
         use_spheroid?: number-or-bool) -> real",
        "The shortest distance between two points on the Earth, in metres",
    )
    .unsupported(),
    function(
        "geo_point_in_circle",
        "(p_longitude: number, p_latitude: number, pc_longitude: number, pc_latitude: number, \
         c_radius: number) -> bool",
        "Whether a point lies in a circle on the Earth",
    )
    .unsupported(),
    function(
        "geo_point_in_polygon",
        "(longitude: number, latitude: number, polygon: bag) -> bool",
        "Whether a point lies in a polygon on the Earth",
    )
    .unsupported(),
    function(
        "geo_point_to_geohash",
        "(longitude: number, latitude: number, accuracy?: number) -> string",
        "The geohash of a point",
    )
    .unsupported(),
    function(
        "geo_point_to_h3cell",
        "(longitude: number, latitude: number, resolution?: number) -> string",
        "The H3 cell of a point",
    )
    .unsupported(),
    function(
        "geo_point_to_s2cell",
        "(longitude: number, latitude: number, level?: number) -> string",
        "The S2 cell of a point",
    )
    .unsupported(),
    function("geo_geohash_to_central_point", "(geohash: string) -> dynamic", "The centre of a geohash cell")
        .unsupported(),
    function("geo_geohash_to_polygon", "(geohash: string) -> dynamic", "The outline of a geohash cell")
        .unsupported(),
    function("geo_geohash_neighbors", "(geohash: string) -> dynamic", "The geohash cells around one")
        .unsupported(),
    function("geo_h3cell_to_central_point", "(h3cell: string) -> dynamic", "The centre of an H3 cell")
        .unsupported(),
    function("geo_h3cell_to_polygon", "(h3cell: string) -> dynamic", "The outline of an H3 cell")
        .unsupported(),
    function("geo_h3cell_neighbors", "(h3cell: string) -> dynamic", "The H3 cells around one").unsupported(),
    function(
        "geo_h3cell_children",
        "(h3cell: string, resolution?: number) -> dynamic",
        "The H3 cells within one",
    )
    .unsupported(),
    function(
        "geo_h3cell_parent",
        "(h3cell: string, resolution?: number) -> string",
        "The H3 cell around one",
    )
    .unsupported(),
    function(
        "geo_h3cell_rings",
        "(h3cell: string, distance: number) -> dynamic",
        "The rings of H3 cells around one",
    )
    .unsupported(),
    function("geo_h3cell_level", "(h3cell: string) -> int", "The resolution of an H3 cell").unsupported(),
    function("geo_s2cell_to_central_point", "(s2cell: string) -> dynamic", "The centre of an S2 cell")
        .unsupported(),
    function("geo_s2cell_to_polygon", "(s2cell: string) -> dynamic", "The outline of an S2 cell")
        .unsupported(),
    function("geo_s2cell_neighbors", "(s2cell: string) -> dynamic", "The S2 cells around one").unsupported(),
    function(
        "geo_angle",
        "(p1_longitude: number, p1_latitude: number, p2_longitude: number, p2_latitude: number, \
         p3_longitude: number, p3_latitude: number) -> real",
        "The angle between two lines at a point",
    )
    .unsupported(),
    function(
        "geo_azimuth",
        "(p1_longitude: number, p1_latitude: number, p2_longitude: number, \
         p2_latitude: number) -> real",
        "The direction from one point to another",
    )
    .unsupported(),
    function(
        "geo_closest_point_on_line",
        "(longitude: number, latitude: number, line_string: bag) -> dynamic",
        "The point of a line that is nearest to a point",
    )
    .unsupported(),
    function(
        "geo_closest_point_on_polygon",
        "(longitude: number, latitude: number, polygon: bag) -> dynamic",
        "The point of a polygon that is nearest to a point",
    )
    .unsupported(),
    function(
        "geo_distance_point_to_line",
        "(longitude: number, latitude: number, line_string: bag) -> real",
        "The distance from a point to a line",
    )
    .unsupported(),
    function(
        "geo_distance_point_to_polygon",
        "(longitude: number, latitude: number, polygon: bag) -> real",
        "The distance from a point to a polygon",
    )
    .unsupported(),
    function("geo_from_wkt", "(wkt: string-or-array) -> dynamic", "A shape in well-known text as GeoJSON")
        .unsupported(),
    function(
        "geo_intersects_2lines",
        "(line_string1: bag, line_string2: bag) -> bool",
        "Whether two lines meet",
    )
    .unsupported(),
    function(
        "geo_intersects_2polygons",
        "(polygon1: bag, polygon2: bag) -> bool",
        "Whether two polygons meet",
    )
    .unsupported(),
    function(
        "geo_intersects_line_with_polygon",
        "(line_string: bag, polygon: bag) -> bool",
        "Whether a line and a polygon meet",
    )
    .unsupported(),
    function(
        "geo_intersection_2lines",
        "(line_string1: bag, line_string2: bag) -> dynamic",
        "Where two lines meet",
    )
    .unsupported(),
    function(
        "geo_intersection_2polygons",
        "(polygon1: bag, polygon2: bag) -> dynamic",
        "Where two polygons meet",
    )
    .unsupported(),
    function(
        "geo_intersection_line_with_polygon",
        "(line_string: bag, polygon: bag) -> dynamic",
        "Where a line and a polygon meet",
    )
    .unsupported(),
    function(
        "geo_line_buffer",
        "(line_string: bag, radius: number, tolerance?: number) -> dynamic",
        "The polygon around a line at a distance",
    )
    .unsupported(),
    function("geo_line_centroid", "(line_string: bag) -> dynamic", "The centre of a line").unsupported(),
    function(
        "geo_line_densify",
        "(line_string: bag, tolerance?: number, preserve_crossing?: number-or-bool) -> dynamic",
        "A line with points added",
    )
    .unsupported(),
    function(
        "geo_line_interpolate_point",
        "(line_string: bag, fraction: number) -> dynamic",
        "The point at a fraction of a line",
    )
    .unsupported(),
    function("geo_line_length", "(line_string: bag) -> real", "The length of a line").unsupported(),
    function(
        "geo_line_locate_point",
        "(line_string: bag, longitude: number, latitude: number, \
         use_spheroid?: number-or-bool) -> real",
        "The fraction of a line at which a point is nearest",
    )
    .unsupported(),
    function(
        "geo_line_simplify",
        "(line_string: bag, tolerance?: number) -> dynamic",
        "A line with points removed",
    )
    .unsupported(),
    function(
        "geo_line_to_s2cells",
        "(line_string: bag, level?: number, radius?: number) -> dynamic",
        "The S2 cells that cover a line",
    )
    .unsupported(),
    function(
        "geo_point_buffer",
        "(longitude: number, latitude: number, radius: number, tolerance?: number) -> dynamic",
        "The polygon around a point at a distance",
    )
    .unsupported(),
    function("geo_polygon_area", "(polygon: bag) -> real", "The area of a polygon").unsupported(),
    function(
        "geo_polygon_buffer",
        "(polygon: bag, radius: number, tolerance?: number) -> dynamic",
        "The polygon around a polygon at a distance",
    )
    .unsupported(),
    function("geo_polygon_centroid", "(polygon: bag) -> dynamic", "The centre of a polygon").unsupported(),
    function(
        "geo_polygon_densify",
        "(polygon: bag, tolerance?: number, preserve_crossing?: number-or-bool) -> dynamic",
        "A polygon with points added",
    )
    .unsupported(),
    function("geo_polygon_perimeter", "(polygon: bag) -> real", "The length of the outline of a polygon")
        .unsupported(),
    function(
        "geo_polygon_simplify",
        "(polygon: bag, tolerance?: number) -> dynamic",
        "A polygon with points removed",
    )
    .unsupported(),
    function(
        "geo_polygon_to_h3cells",
        "(polygon: bag, resolution?: number, radius?: number) -> dynamic",
        "The H3 cells that cover a polygon",
    )
    .unsupported(),
    function(
        "geo_polygon_to_s2cells",
        "(polygon: bag, level?: number, radius?: number) -> dynamic",
        "The S2 cells that cover a polygon",
    )
    .unsupported(),
    function(
        "geo_simplify_polygons_array",
        "(polygons: array, tolerance?: number) -> dynamic",
        "Polygons with points removed",
    )
    .unsupported(),
    function("geo_union_lines_array", "(line_strings: array) -> dynamic", "Lines put together").unsupported(),
    function("geo_union_polygons_array", "(polygons: array) -> dynamic", "Polygons put together")
        .unsupported(),
];
