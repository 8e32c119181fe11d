"""Custom reader plugin for JSON APIs."""

from typing import Any, Dict, Iterator, List, Optional
from dativo_ingest.plugins import BaseReader, ConnectionTestResult, DiscoveryResult
from dativo_ingest.validator import IncrementalStateManager
from my_api_client import MyAPIClient

class MyCustomReader(BaseReader):
    """Custom reader for my data source."""
    
    __version__ = "1.0.0"
    
    def __init__(self, source_config):
        """Initialize reader with source configuration."""
        super().__init__(source_config)
        
        # Extract configuration
        self.base_url = source_config.connection.get("base_url")
        self.api_key = source_config.credentials.get("api_key")
        
        # Initialize your client
        self.client = self._setup_client()
    
    def _setup_client(self):
        """Set up API client."""
        # Your client setup code
        return MyAPIClient(self.base_url, self.api_key)
    
    def check_connection(self) -> ConnectionTestResult:
        """Test connection to data source."""
        try:
            # Test connection
            self.client.ping()
            return ConnectionTestResult(
                success=True,
                message="Connection successful"
            )
        except Exception as e:
            return ConnectionTestResult(
                success=False,
                message=f"Connection failed: {str(e)}",
                error_code="CONNECTION_ERROR"
            )
    
    def discover(self) -> DiscoveryResult:
        """Discover available objects."""
        try:
            # List available objects
            objects = self.client.list_objects()
            
            discovered = [
                {
                    "name": obj.name,
                    "type": "table",
                    "description": obj.description
                }
                for obj in objects
            ]
            
            return DiscoveryResult(
                objects=discovered,
                metadata={"api_version": "v1"}
            )
        except Exception as e:
            return DiscoveryResult(objects=[], metadata={"error": str(e)})
    
    def extract(
        self, state_manager: Optional[IncrementalStateManager] = None
    ) -> Iterator[List[Dict[str, Any]]]:
        """Extract data from source."""
        # Get objects to extract
        objects = self.source_config.objects or []
        
        for obj_name in objects:
            # Extract data for each object
            for page in self._extract_pages(obj_name):
                yield page
    
    def _extract_pages(self, object_name: str) -> Iterator[List[Dict[str, Any]]]:
        """Extract pages for an object."""
        page = 1
        while True:
            # Fetch page
            records = self.client.get_page(object_name, page)
            
            if not records:
                break
            
            yield records
            page += 1
    
    def get_total_records_estimate(self) -> Optional[int]:
        """Get estimated total records."""
        try:
            return self.client.get_count()
        except:
            return None
