"""Custom writer plugin for JSON files."""

from typing import Any, Dict, List
from dativo_ingest.plugins import BaseWriter, ConnectionTestResult
import json
from pathlib import Path

class MyCustomWriter(BaseWriter):
    """Custom writer for my data target."""
    
    __version__ = "1.0.0"
    
    def __init__(self, asset_definition, target_config, output_base: str):
        """Initialize writer with target configuration."""
        super().__init__(asset_definition, target_config, output_base)
        
        # Extract configuration
        self.format = target_config.engine.get("options", {}).get("format", "jsonl")
        self.output_dir = Path(output_base)
        self.output_dir.mkdir(parents=True, exist_ok=True)
    
    def check_connection(self) -> ConnectionTestResult:
        """Test connection to target."""
        try:
            # Test write access
            test_file = self.output_dir / ".test"
            test_file.write_text("test")
            test_file.unlink()
            
            return ConnectionTestResult(
                success=True,
                message="Target accessible"
            )
        except Exception as e:
            return ConnectionTestResult(
                success=False,
                message=f"Target not accessible: {str(e)}",
                error_code="ACCESS_ERROR"
            )
    
    def write_batch(
        self, records: List[Dict[str, Any]], file_counter: int
    ) -> List[Dict[str, Any]]:
        """Write batch of records."""
        # Generate filename
        filename = f"{self.asset_definition.name}_{file_counter:06d}.json"
        filepath = self.output_dir / filename
        
        # Write records
        with open(filepath, "w") as f:
            if self.format == "jsonl":
                for record in records:
                    f.write(json.dumps(record) + "\n")
            else:
                json.dump(records, f, indent=2)
        
        # Return file metadata
        return [{
            "path": str(filepath),
            "size_bytes": filepath.stat().st_size,
            "record_count": len(records)
        }]
    
    def commit_files(self, file_metadata: List[Dict[str, Any]]) -> Dict[str, Any]:
        """Commit written files."""
        return {
            "status": "success",
            "files_added": len(file_metadata),
            "total_records": sum(m.get("record_count", 0) for m in file_metadata)
        }
