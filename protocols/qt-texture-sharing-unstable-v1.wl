interface zqt_texture_sharing_v1 1
  request request_image(key: string)
  request abandon_image(key: string)
  event image_failed(key: string, error_message: string)
  event provide_buffer(buffer: object qt_server_buffer, key: string)
